import Foundation
import KafkaTestSupport
import Millrace
import MillraceFiles
import MillraceKafka
import RDKafka
import Synchronization
import Testing

/// Records that are larger than the topic takes where they have to go.
@Suite struct OversizedTests {
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// Gives up every record of `in`, whose topic takes more than the default, and that of dead letters less.
    private static func run(
        _ rig: KafkaRig, _ oversized: KafkaOversize, reason: String = "poison", limit: Int
    ) async throws -> PipelineStatus {
        try rig.makeTopic("in", partitions: 1, settings: ["max.message.bytes": "4000000"])
        try rig.makeTopic("dead", partitions: 1, settings: ["max.message.bytes": "\(limit)"])
        var configuration = rig.configuration
        configuration["message.max.bytes"] = "4000000"
        let producer = try KafkaProducer(configuration, logger: rig.logger)
        for value in ["small", String(repeating: "x", count: 1_500_000), "last"] {
            try Array(value.utf8).withUnsafeBytes { try producer.produce(rig.topic("in"), key: nil, value: $0) }
        }
        try producer.flush(timeout: .seconds(20))
        producer.close()
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline(rig.name) { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<String>>.self)
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .record(.string), group: rig.name,
                    options: KafkaSourceOptions(stopsAtLatest: true))
            )
            .map(onError: .deadLetter(to: dead)) { _ -> Int in throw Refused(description: reason) }
            .forEach { _ in }
            dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .string, oversized: oversized))
        }
        return try await pipeline.run(rig.options(.exactlyOnce, folder: nil))
    }

    @Test func whatTheTopicTakesIsWritten() async throws {
        let rig = try await KafkaRig()
        // As a header it would be larger than the topic takes, if it was not cut.
        let reason = String(repeating: "why ", count: 500_000)
        _ = try await Self.run(rig, .fail, reason: reason, limit: 1_600_000)
        let letters = try rig.records(of: "dead")
        #expect(letters.map { $0.value?.count ?? -1 } == [5, 1_500_000, 4])
        let kept = letters.compactMap { $0.headers.text(DeliveryHeader.reason) }
        #expect(kept.count == 3 && kept.allSatisfy { $0.hasSuffix("... (cut: 2000000 bytes)") && $0.utf8.count < 5000 })
        try await rig.stop()
    }

    @Test func withoutAPolicyTheRunEndsAndNamesTheSetting() async throws {
        let rig = try await KafkaRig()
        do {
            _ = try await Self.run(rig, .fail, limit: 100_000)
            Issue.record("nothing was refused")
        } catch {
            let text = "\(error)"
            #expect(text.contains(rig.topic("dead")) && text.contains("max.message.bytes"), "\(text)")
            #expect(text.contains("oversized: .withoutValue") && text.contains("100000"), "\(text)")
        }
        #expect(try rig.records(of: "dead").isEmpty)
        try await rig.stop()
    }

    @Test func withoutItsValueItSaysWhereItIs() async throws {
        let rig = try await KafkaRig()
        let status = try await Self.run(rig, .withoutValue, limit: 100_000)
        let letters = try rig.records(of: "dead")
        #expect(letters.map { $0.value?.count ?? -1 } == [5, -1, 4])
        #expect(letters[1].headers.number(DeliveryHeader.offset) == 1)
        #expect(letters[1].headers.text(DeliveryHeader.reason) == "poison")
        #expect(letters[1].headers.text(DeliveryHeader.cut)?.contains("1500000 bytes") == true)
        #expect(status.skipped == 0 && status.deadLettered == 3)
        try await rig.stop()
    }

    @Test func whatIsLeftOutIsCounted() async throws {
        let rig = try await KafkaRig()
        let status = try await Self.run(rig, .drop, limit: 100_000)
        #expect(try rig.records(of: "dead").map { $0.value?.count ?? -1 } == [5, 4])
        #expect(status.skipped == 1 && status.deadLettered == 3)
        try await rig.stop()
    }

    /// What cannot be sent back is given up.
    @Test func aRetryThatIsTooLargeIsADeadLetter() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("retry", partitions: 1, settings: ["max.message.bytes": "10000"])
        try rig.makeTopic("dead", partitions: 1)
        try rig.send(["small", String(repeating: "x", count: 20_000)], to: "in", key: { _ in nil })
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let stop = PipelineStop()
        let seen = Mutex(0)
        let pipeline = Pipeline(rig.name) { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<String>>.self)
            let retries = kafka.retryTopic(rig.topic("retry"), delays: [.milliseconds(50)], payload: .string)
            graph.source(
                kafka.source(rig.topic("in"), decoding: .record(.string), retries: retries, group: rig.name)
            )
            .batches(
                of: 1, onError: .deadLetter(to: dead),
                options: .init(acknowledgement: .perRecord, retry: .none, retryTopic: retries.route(in: graph))
            ) { batch in
                // What comes back succeeds.
                if batch.records[0].retryHistory.rounds > 0 { return .succeeded }
                throw Refused(description: "poison")
            }
            .forEach { _ in
                if seen.withLock({
                    $0 += 1; return $0
                }) == 1 {
                    stop.request()
                }
            }
            dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .string))
        }
        try await pipeline.run(rig.options(.exactlyOnce, folder: nil), stop: stop)
        #expect(try rig.records(of: "dead").map { $0.value?.count ?? -1 } == [20_000])
        #expect(try rig.records(of: "retry").map { $0.value?.count ?? -1 } == [5])
        try await rig.stop()
    }
}
