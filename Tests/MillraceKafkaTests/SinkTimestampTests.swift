import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// Output with event times of long ago, and topics that remove records by their timestamps.
@Suite(.timeLimit(.minutes(20))) struct SinkTimestampTests {
    /// 2023-01-01.
    static let start: Int64 = 1_672_531_200_000

    static func write(
        _ rig: KafkaRig, _ timestamps: KafkaTimestamps, delivery: DeliveryGuarantee = .exactlyOnce
    ) async throws -> [String] {
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let rows = (0..<1000).map { start + Int64($0) * 60_000 }
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                .memory([rows]), name: "rows", eventTime: { Timestamp(milliseconds: $0) }, watermarks: .monotonic()
            )
            .sink(kafka.sink(rig.topic("out"), timestamps: timestamps) { $1.setValue("\($0)") })
        }
        let folder = try TemporaryFolder()
        let log = LogLines()
        var options = rig.options(delivery, folder: folder.path)
        options.logger = log.logger()
        try await pipeline.run(options)
        return log.all.filter { $0.contains(rig.topic("out")) }
    }

    @Test(arguments: [KafkaTimestamps.eventTime, .sendingTime])
    func whatRetentionRemoves(timestamps: KafkaTimestamps) async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("out", partitions: 1, settings: ["retention.ms": "604800000"])
        let warnings = try await Self.write(rig, timestamps)
        #expect(try rig.records(of: "out").count == 1000)
        try await broker.enforceRetention()
        let left = try rig.records(of: "out")
        switch timestamps {
        case .eventTime:
            #expect(left.isEmpty)
            #expect(warnings.count == 1, "\(warnings)")
            #expect(warnings.first?.contains("2023-01-01") == true && warnings.first?.contains("retention.ms") == true)
        case .sendingTime:
            #expect(left.count == 1000)
            #expect(warnings.isEmpty, "\(warnings)")
            // A source takes the event time for the record's.
            let seen = Seen()
            let kafka = Kafka(rig.configuration)
            let pipeline = Pipeline("\(rig.name)-reader") { graph in
                graph.source(
                    kafka.source(
                        rig.topic("out"), decoding: .string, options: KafkaSourceOptions(stopsAtLatest: true)),
                    watermarks: .monotonic()
                )
                .keyed { _ in 0 }.window(.tumbling(of: .minutes(1))).fold(into: "") { $0 += $1 }
                .forEach { seen.note("\($0.window.start.milliseconds) \($0.value)") }
            }
            try await pipeline.run(rig.options(.atLeastOnce, folder: nil))
            #expect(seen.all.count == 1000)
            #expect(seen.all.allSatisfy { $0.split(separator: " ")[0] == $0.split(separator: " ")[1] })
        }
        try await rig.stop()
    }

    /// Kafka has no times before 1970, and librdkafka takes 0 for now.
    @Test func timesBefore1970AreKept() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("out", partitions: 1)
        let times: [Int64] = [-86_400_000, -1, 0, 1, 7]
        let kafka = Kafka(rig.configuration)
        let writer = Pipeline("\(rig.name)-writer") { graph in
            graph.source(
                .memory([times]), eventTime: { Timestamp(milliseconds: $0) }, watermarks: .monotonic()
            )
            .sink(kafka.sink(rig.topic("out")) { $1.setValue("\($0)") })
        }
        try await writer.run(rig.options(.atLeastOnce, folder: nil))
        #expect(try rig.records(of: "out").map(\.timestamp) == [1, 1, 1, 1, 7])
        let seen = Seen()
        let reader = Pipeline("\(rig.name)-reader") { graph in
            graph.source(
                kafka.source(rig.topic("out"), decoding: .string, options: KafkaSourceOptions(stopsAtLatest: true)),
                watermarks: .monotonic()
            )
            .keyed { _ in 0 }.window(.tumbling(of: .milliseconds(1))).fold(into: "") { $0 += $1 }
            .forEach { seen.note("\($0.window.start.milliseconds) \($0.value)") }
        }
        try await reader.run(rig.options(.atLeastOnce, folder: nil))
        #expect(seen.all == times.map { "\($0) \($0)" })
        try await rig.stop()
    }

    @Test func aTopicThatStampsItselfIsNamed() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("out", partitions: 1, settings: ["message.timestamp.type": "LogAppendTime"])
        let warnings = try await Self.write(rig, .eventTime, delivery: .atLeastOnce)
        #expect(warnings.count == 1 && warnings.first?.contains("LogAppendTime") == true, "\(warnings)")
        #expect(try await Self.write(rig, .sendingTime, delivery: .atLeastOnce).isEmpty)
        try await rig.stop()
    }

    /// A topic that keeps what it has, or records of today: nothing to be said.
    @Test func noWarningWithoutReason() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("out", partitions: 1, settings: ["retention.ms": "-1"])
        #expect(try await Self.write(rig, .eventTime).isEmpty)
        try rig.makeTopic("compacted", partitions: 1, settings: ["cleanup.policy": "compact"])
        try await rig.stop()
    }
}
