import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// Records through a pipeline from topic to topic, undisturbed, under each guarantee.
@Suite(.timeLimit(.minutes(20))) struct RoundTripTests {
    static func copy(_ rig: KafkaRig, keyed: Bool = false) -> Pipeline {
        let kafka = Kafka(rig.configuration, transactionalID: "\(rig.name)-copy")
        return Pipeline("\(rig.name)-copy") { graph in
            var source = KafkaSourceOptions()
            source.stopsAtLatest = true
            graph.source(
                kafka.source(rig.topic("in"), decoding: .record(.string), group: rig.name, options: source)
            )
            .sink(
                kafka.sink(rig.topic("out")) { (record: KafkaRecord<String>, outgoing) in
                    outgoing.setKey("\(record.partition)/\(record.offset)")
                    outgoing.setValue(record.value)
                    outgoing.headers = record.headers
                })
        }
    }

    @Test(arguments: DeliveryGuarantee.allCases, [true, false])
    func everyRecordArrivesOnce(delivery: DeliveryGuarantee, hasFolder: Bool) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 3)
        try rig.makeTopic("out", partitions: 2)
        let values = (0..<500).map { "value \($0)" }
        try rig.send(values, to: "in")
        let folder = try TemporaryFolder()
        let options = rig.options(delivery, folder: hasFolder ? folder.path : nil)
        let status = try await Self.copy(rig).run(options)
        #expect(status.records == 500)
        #expect(try rig.values(of: "out").sorted() == values.sorted())
        #expect(try rig.committed("in", group: rig.name).values.reduce(0, +) == 500)
        // Again: nothing new, nothing twice.
        if !hasFolder {
            try await Self.copy(rig).run(options)
            #expect(try rig.values(of: "out").count == 500)
        }
        try await rig.stop()
    }

    @Test func nullsHeadersAndTimesPass() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        let producer = try KafkaProducer(rig.configuration, logger: rig.logger)
        let headers = [KafkaHeader("a", "1"), KafkaHeader("a", nil), KafkaHeader("empty", [])]
        try Array("text".utf8).withUnsafeBytes { bytes in
            try producer.produce(
                rig.topic("in"), key: nil, value: bytes, headers: headers, timestamp: 1_700_000_000_123)
            try producer.produce(rig.topic("in"), key: bytes, value: nil, timestamp: 1_700_000_000_456)
            try producer.produce(
                rig.topic("in"), key: UnsafeRawBufferPointer(start: nil, count: 0),
                value: UnsafeRawBufferPointer(start: nil, count: 0), timestamp: 5)
        }
        try producer.flush(timeout: .seconds(10))
        producer.close()
        let kafka = Kafka(rig.configuration)
        let pipeline = Pipeline("\(rig.name)-nulls") { graph in
            var source = KafkaSourceOptions()
            source.stopsAtLatest = true
            graph.source(
                kafka.source(rig.topic("in"), decoding: .record(.nullable(.raw)), options: source),
                watermarks: .monotonic()
            )
            .sink(
                kafka.sink(rig.topic("out")) { (record: KafkaRecord<[UInt8]?>, outgoing) in
                    outgoing.hasKey = record.key != nil
                    outgoing.key = record.key ?? []
                    outgoing.hasValue = record.value != nil
                    outgoing.value = record.value ?? []
                    outgoing.headers = record.headers
                })
        }
        let folder = try TemporaryFolder()
        try await pipeline.run(rig.options(.exactlyOnce, folder: folder.path))
        let seen = try rig.records(of: "out")
        try #require(seen.count == 3)
        #expect(seen[0].key == nil && seen[0].value == "text" && seen[0].headers == headers)
        #expect(seen[0].timestamp == 1_700_000_000_123)
        #expect(seen[1].key == "text" && seen[1].value == nil && seen[1].timestamp == 1_700_000_000_456)
        #expect(seen[2].key == "" && seen[2].value == "" && seen[2].timestamp == 5)
        try await rig.stop()
    }
}
