import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

@testable import KafkaChild

/// What can go wrong with a transaction that is not ended as it was begun: the output is that of an undisturbed run.
@Suite(.serialized, .timeLimit(.minutes(20))) struct TransactionHazardTests {
    static let records = TestPipeline.records(400)

    static func run(
        _ shape: TestPipeline = .keyed, every interval: Duration = .milliseconds(60),
        settings: [String: String] = [:], _ disturb: (KafkaTestBroker) -> Void
    ) async throws -> (rig: KafkaRig, status: PipelineStatus)? {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return nil }
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        try rig.send(records, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
        var configuration = rig.configuration
        configuration["reconnect.backoff.ms"] = "10"
        configuration["reconnect.backoff.max.ms"] = "50"
        for (name, value) in settings { configuration[name] = value }
        configuration.clientID = "disturbed"
        let pipeline = shape.make(
            Kafka(configuration, transactionalID: rig.name), name: rig.name, from: rig.topic("in"),
            to: rig.topic("out"), recordsPerSecond: 150)
        let folder = try TemporaryFolder()
        var options = rig.options(.exactlyOnce, folder: folder.path, every: interval)
        options.restart = .fixedDelay(attempts: 5, delay: .milliseconds(20))
        disturb(broker)
        return (rig, try await pipeline.run(options))
    }

    /// KIP-890: the connection breaks under a request of the transaction, which reaches the broker when the same producer's
    /// next transaction is open. It must not end that one, nor change what it commits.
    @Test(arguments: [KafkaAPI.endTxn, .txnOffsetCommit, .addOffsetsToTxn, .addPartitionsToTxn])
    func aRequestThatComesLateIsShutOut(kind: KafkaAPI) async throws {
        for delay in [100, 150, 190, 240] {
            let result = try await Self.run { broker in
                for after in [3, 8, 13] {
                    broker.faults.add(
                        .deliverLate(.milliseconds(delay)), to: kind, after: after, client: "disturbed")
                }
            }
            guard let (rig, _) = result else { return }
            try TestPipeline.keyed.expectExact(rig, Self.records, "\(kind) \(delay) ms late")
            try await rig.stop()
        }
    }

    /// The broker gives a transaction up because it was open for too long. Nobody has taken over: the run goes on.
    @Test func aTransactionThatTookTooLongIsMadeAgain() async throws {
        let result = try await Self.run(settings: ["transaction.timeout.ms": "1000"]) { broker in
            broker.faults.add(.delayResponse(.seconds(3)), to: .produce, after: 6, client: "disturbed")
        }
        guard let (rig, status) = result else { return }
        #expect(status.restarts > 0)
        try TestPipeline.keyed.expectExact(rig, Self.records)
        try await rig.stop()
    }

    /// A transaction whose records are refused, the first ones too, is made again: a failed attempt, not the end of the run.
    @Test(arguments: [
        KafkaErrorCode.invalidTxnState, .outOfOrderSequenceNumber, .invalidProducerEpoch, .invalidProducerIDMapping,
    ])
    func refusedRecordsAreMadeAgain(code: KafkaErrorCode) async throws {
        for after in [0, 5] {
            let result = try await Self.run { broker in
                broker.faults.add(.refuse(code), to: .produce, after: after, client: "disturbed")
            }
            guard let (rig, _) = result else { return }
            try TestPipeline.keyed.expectExact(rig, Self.records, "\(code) after \(after)")
            try await rig.stop()
        }
    }

    /// An abort while a produce request is under way (librdkafka issue 4849): the end of an attempt at most.
    @Test func anAbortWithRecordsUnderWay() async throws {
        let result = try await Self.run { broker in
            for after in [2, 7] {
                broker.faults.add(.delayResponse(.milliseconds(150)), to: .produce, after: after, client: "disturbed")
                broker.faults.add(.refuse(.illegalGeneration), to: .txnOffsetCommit, after: after / 2)
            }
        }
        guard let (rig, _) = result else { return }
        try TestPipeline.keyed.expectExact(rig, Self.records)
        try await rig.stop()
    }
}
