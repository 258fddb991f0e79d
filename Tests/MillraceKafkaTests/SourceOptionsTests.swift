import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// Where a source begins, and which topics and partitions it reads.
@Suite(.serialized, .timeLimit(.minutes(20))) struct SourceOptionsTests {
    /// Runs a source until it has given what is wanted, or to its end.
    static func read(
        _ rig: KafkaRig, _ make: @escaping @Sendable (Kafka) -> KafkaSource<String>, until count: Int? = nil,
        meanwhile: (@Sendable () async throws -> Void)? = nil
    ) async throws -> [String] {
        let seen = Seen()
        let kafka = Kafka(rig.configuration)
        let pipeline = Pipeline(rig.name) { graph in graph.source(make(kafka)).forEach { seen.note($0) } }
        let stop = PipelineStop()
        let run = Task { _ = try await pipeline.run(rig.options(.atLeastOnce, folder: nil), stop: stop) }
        if let count {
            try await meanwhile?()
            let deadline = Date().addingTimeInterval(120)
            while seen.all.count < count {
                guard Date() < deadline else { throw KafkaRigError("\(seen.all.count) of \(count) records came") }
                try await Task.sleep(for: .milliseconds(50))
            }
            stop.request()
        }
        try await run.value
        return seen.all
    }

    static func bounded(_ start: KafkaStart) -> KafkaSourceOptions {
        KafkaSourceOptions(start: start, stopsAtLatest: true)
    }

    @Test func itBeginsWhereItIsTold() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        let producer = try KafkaProducer(rig.configuration, logger: rig.logger)
        for number in 0..<10 as Range<Int64> {
            try Array("\(number)".utf8).withUnsafeBytes {
                try producer.produce(rig.topic("in"), key: nil, value: $0, timestamp: 1_600_000_000_000 + number * 1000)
            }
        }
        try producer.flush(timeout: .seconds(10))
        producer.close()
        let topic = rig.topic("in")
        let group = "\(rig.name)-other"
        func read(_ start: KafkaStart) async throws -> Int {
            try await Self.read(
                rig, { $0.source(topic, decoding: .string, group: group, options: Self.bounded(start)) }
            )
            .count
        }
        #expect(try await read(.committed(orElse: .latest)) == 0)
        #expect(try await read(.earliest) == 10)
        // That run has committed.
        #expect(try await read(.committed(orElse: .earliest)) == 0)
        #expect(try await read(.latest) == 0)
        #expect(try await read(.timestamp(Timestamp(milliseconds: 1_600_000_006_500))) == 3)
        #expect(try await read(.timestamp(Timestamp(milliseconds: 1_700_000_000_000))) == 0)
        try await rig.stop()
    }

    @Test func aPatternNamesWholeTopics() async throws {
        let rig = try await KafkaRig()
        for name in ["a1", "a2", "b1", "xa1"] {
            try rig.makeTopic(name, partitions: 2)
            try rig.send([name], to: name)
        }
        let pattern = "\(rig.name)-a[0-9]"
        let found = try await Self.read(
            rig, { $0.source(matching: pattern, decoding: .string, options: Self.bounded(.earliest)) })
        #expect(found.sorted() == ["a1", "a2"])
        try await rig.stop()
    }

    /// Without a group: a partition that comes up while the pipeline runs is read from its beginning, and so is a topic.
    @Test func whatIsNewIsFound() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("n1", partitions: 1)
        try rig.send(["old"], to: "n1")
        let pattern = "\(rig.name)-n[0-9]"
        let found = try await Self.read(
            rig,
            {
                var options = KafkaSourceOptions(start: .latest)
                options.partitionDiscoveryInterval = .milliseconds(200)
                return $0.source(matching: pattern, decoding: .string, options: options)
            }, until: 3
        ) {
            try await Task.sleep(for: .milliseconds(1000))
            let admin = try KafkaAdmin(rig.configuration, logger: rig.logger)
            try admin.createPartitions(rig.topic("n1"), total: 2)
            try rig.makeTopic("n2", partitions: 1)
            try rig.send(["new partition"], to: "n1", partition: { _ in 1 })
            try rig.send(["new topic"], to: "n2")
            try rig.send(["new record"], to: "n1", partition: { _ in 0 })
        }
        #expect(found.sorted() == ["new partition", "new record", "new topic"])
        try await rig.stop()
    }

    /// A topic that is deleted and made anew between two runs has other records at the same offsets.
    @Test(arguments: [false, true])
    func aTopicMadeAnewIsRefused(hasMore: Bool) async throws {
        let rig = try await KafkaRig()
        let folder = try TemporaryFolder()
        let topic = rig.topic("in")
        func fill(_ letter: String, _ count: Int, make: Bool = true) throws {
            if make { try rig.makeTopic("in", partitions: 1) }
            let producer = try KafkaProducer(rig.configuration, logger: rig.logger)
            for number in 0..<count {
                try Array("\(letter)\(number)".utf8).withUnsafeBytes {
                    try producer.produce(topic, key: nil, value: $0, timestamp: 1_600_000_000_000)
                }
            }
            try producer.flush(timeout: .seconds(10))
            producer.close()
        }
        let seen = Seen()
        func run() async throws {
            let kafka = Kafka(rig.configuration)
            let pipeline = Pipeline(rig.name) { graph in
                graph.source(kafka.source(topic, decoding: .string, options: Self.bounded(.earliest)))
                    .forEach { seen.note($0) }
            }
            var options = rig.options(.atLeastOnce, folder: folder.file("state"))
            options.endOfInput = .availableNow
            try await pipeline.run(options)
        }
        try fill("a", 20)
        try await run()
        try fill("a", 3, make: false)
        try await run()
        try await run()
        #expect(seen.all.count == 23)
        try rig.deleteTopic("in")
        try fill("b", hasMore ? 50 : 23)
        let error = await #expect(throws: (any Error).self) { try await run() }
        #expect("\(error as Any)".contains("made anew") && "\(error as Any)".contains("--fresh"), "\(error as Any)")
        #expect(seen.all.count == 23)
        try await rig.stop()
    }
}
