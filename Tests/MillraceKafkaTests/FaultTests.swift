import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

@testable import KafkaChild

/// Requests that are lost, answers that are lost, connections that break, at each kind of request that exactly-once depends
/// on: the output is that of an undisturbed run.
@Suite(.serialized, .timeLimit(.minutes(20))) struct FaultTests {
    static let records = TestPipeline.records(300)
    static let kinds: [KafkaAPI] = [
        .produce, .fetch, .initProducerId, .addPartitionsToTxn, .addOffsetsToTxn, .txnOffsetCommit, .endTxn,
        .offsetFetch, .findCoordinator,
    ]

    @Test(arguments: kinds)
    func exactlyOnceInSpiteOf(kind: KafkaAPI) async throws {
        for action in [FaultScript.Action.dropBefore, .dropAfter, .loseResponse] {
            let rig = try await KafkaRig()
            guard let broker = rig.broker else { return }
            try rig.makeTopic("in", partitions: 2)
            try rig.makeTopic("out", partitions: 2)
            try rig.send(Self.records, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
            var configuration = rig.configuration
            // An answer that does not come is given up after this.
            configuration["socket.timeout.ms"] = "1000"
            configuration["transaction.timeout.ms"] = "20000"
            configuration["reconnect.backoff.max.ms"] = "200"
            configuration.clientID = "disturbed"
            let kafka = Kafka(configuration, transactionalID: rig.name)
            let pipeline = TestPipeline.windowed.make(
                kafka, name: rig.name, from: rig.topic("in"), to: rig.topic("out"), recordsPerSecond: 500)
            let folder = try TemporaryFolder()
            for after in [0, 2] { broker.faults.add(action, to: kind, after: after, client: "disturbed") }
            var options = rig.options(.exactlyOnce, folder: folder.path)
            options.restart = .fixedDelay(attempts: 10, delay: .milliseconds(50))
            try await pipeline.run(options)
            try TestPipeline.windowed.expectExact(rig, Self.records, "\(action) of \(kind)")
            try await rig.stop()
        }
    }

    /// The broker dies in the middle of a request and comes back, in this process.
    @Test(arguments: [KafkaAPI.produce, .endTxn, .txnOffsetCommit])
    func exactlyOnceInSpiteOfCrashes(kind: KafkaAPI) async throws {
        for action in [FaultScript.Action.crashBefore, .crashAfter] {
            let rig = try await KafkaRig()
            guard let broker = rig.broker else { return }
            try rig.makeTopic("in", partitions: 2)
            try rig.makeTopic("out", partitions: 2)
            try rig.send(Self.records, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
            var configuration = rig.configuration
            configuration["reconnect.backoff.max.ms"] = "200"
            configuration.clientID = "disturbed"
            let kafka = Kafka(configuration, transactionalID: rig.name)
            let pipeline = TestPipeline.keyed.make(
                kafka, name: rig.name, from: rig.topic("in"), to: rig.topic("out"), recordsPerSecond: 500)
            let folder = try TemporaryFolder()
            broker.faults.add(action, to: kind, after: 3, client: "disturbed")
            var options = rig.options(.exactlyOnce, folder: folder.path)
            options.restart = .fixedDelay(attempts: 10, delay: .milliseconds(100))
            let settled = options
            let run = Task { try await pipeline.run(settled) }
            let reviver = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(100))
                    if (try? await broker.topics()) == nil { try await broker.restart() }
                }
            }
            _ = try await run.value
            reviver.cancel()
            try TestPipeline.keyed.expectExact(rig, Self.records, "\(action) of \(kind)")
            try await rig.stop()
        }
    }
}
