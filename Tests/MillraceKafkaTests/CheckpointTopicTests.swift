import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceTesting
import RDKafka
import Testing

@testable import KafkaChild
@testable import MillraceKafka

/// The topic in which transactions leave a note of their checkpoint.
@Suite(.timeLimit(.minutes(20))) struct CheckpointTopicTests {
    static let records = TestPipeline.records(300)

    static func prepared(_ rig: KafkaRig) throws {
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        try rig.send(records, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
    }

    static func pipeline(_ rig: KafkaRig) -> Pipeline {
        TestPipeline.keyed.make(
            Kafka(rig.configuration, transactionalID: rig.name), name: rig.name, from: rig.topic("in"),
            to: rig.topic("out"), recordsPerSecond: 300)
    }

    static func die(at point: CommitStep, _ rig: KafkaRig, _ folder: String) async throws {
        var options = rig.options(.exactlyOnce, folder: folder, every: .milliseconds(30))
        options.crash = CrashSwitch { if $0 == point { throw SimulatedCrash(at: $0) } }
        let settled = options
        await #expect(throws: SimulatedCrash.self) { try await pipeline(rig).run(settled) }
    }

    /// A stop of more than `offsets.retention.minutes` with a prepared checkpoint: its outcome is known all the same.
    @Test(arguments: [true, false])
    func nothingExpires(isCommitted: Bool) async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try Self.prepared(rig)
        let folder = try TemporaryFolder()
        let third = CheckpointNumber(3)
        try await Self.die(at: isCommitted ? .outputCommitted(third) : .prepared(third), rig, folder.path)
        for group in [rig.name, "\(rig.name)-checkpoints"] { try await broker.expireOffsets(of: group) }
        try await broker.enforceRetention()
        try await Self.pipeline(rig).run(rig.options(.exactlyOnce, folder: folder.path))
        try TestPipeline.keyed.expectExact(rig, Self.records)
        // No group that looks as if it were behind.
        let groups = try KafkaAdmin(rig.configuration, logger: rig.logger).groups()
        #expect(!groups.contains("\(rig.name)-checkpoints"), "\(groups)")
        try await rig.stop()
    }

    /// What versions before the topic left: an offset of a group.
    @Test(arguments: [true, false])
    func aMarkerOfAnOlderVersionCounts(isCommitted: Bool) async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try Self.prepared(rig)
        let folder = try TemporaryFolder()
        let third = CheckpointNumber(3)
        try await Self.die(at: isCommitted ? .outputCommitted(third) : .prepared(third), rig, folder.path)
        let notes = CheckpointTopic(transactionalID: rig.name, rig.configuration, logger: rig.logger)
        let note = try #require(try notes.last(timeout: .seconds(10)))
        #expect(note.checkpoint == (isCommitted ? 3 : 2))
        let (_, _, end) = try await broker.offsets(notes.name, 0)
        try await broker.deleteRecords(notes.name, 0, before: end)
        let consumer = try KafkaConsumer(rig.configuration, group: "\(rig.name)-checkpoints", logger: rig.logger)
        try consumer.commit([
            CommittedOffset(
                TopicPartition(rig.topic("out"), 0), Int64(note.checkpoint), metadata: "millrace 1 \(note.folder)")
        ])
        consumer.close()
        try await Self.pipeline(rig).run(rig.options(.exactlyOnce, folder: folder.path))
        try TestPipeline.keyed.expectExact(rig, Self.records)
        try await rig.stop()
    }

    /// The last note is found behind any number of others, of aborted transactions too.
    @Test func theLastNoteIsFound() async throws {
        let rig = try await KafkaRig()
        let notes = CheckpointTopic(transactionalID: rig.name, rig.configuration, logger: rig.logger)
        try notes.create()
        #expect(try notes.last(timeout: .seconds(10)) == nil)
        let setup = TransactionSetup(
            configuration: rig.configuration, id: rig.name, timeout: .seconds(60), folder: "f", notes: notes,
            logger: rig.logger)
        let producer = try setup.producer(0)
        try setup.claim(for: "me", after: nil, with: producer)
        // A cluster takes a moment to complete a transaction whose end it has answered.
        try await GroupTests.wait(rig) { try notes.last(timeout: .seconds(10))?.owner == "me" }
        for number in 1...120 as ClosedRange<UInt64> {
            try producer.beginTransaction()
            try setup.note(CheckpointNumber(number), owner: "me", in: producer)
            if number <= 5 {
                try producer.commitTransaction(timeout: .seconds(10))
            } else {
                try producer.flush(timeout: .seconds(10))
                try producer.abortTransaction(timeout: .seconds(10))
            }
        }
        #expect(
            try notes.last(timeout: .seconds(10)) == CheckpointNote(owner: "me", folder: "f", checkpoint: 5))
        producer.close()
        try await rig.stop()
    }

    @Test func aTopicThatForgetsIsRefused() async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try Self.prepared(rig)
        try await broker.createTopic(
            "millrace-checkpoints-\(rig.name)", partitions: 1, settings: ["cleanup.policy": "delete"])
        let folder = try TemporaryFolder()
        let error = await #expect(throws: SinkError.self) {
            try await Self.pipeline(rig).run(rig.options(.exactlyOnce, folder: folder.path))
        }
        #expect(error?.description.contains("millrace-checkpoints-\(rig.name)") == true)
        #expect(error?.description.contains("compact") == true)
        try await rig.stop()
    }

    @Test func namesAreThoseOfTopics() {
        #expect(CheckpointTopic.name(for: "orders-2.x_y") == "millrace-checkpoints-orders-2.x_y")
        let names = ["two words", "two/words", "two?words", String(repeating: "x", count: 300)].map(
            CheckpointTopic.name(for:))
        #expect(Set(names).count == 4)
        #expect(names.allSatisfy { $0.utf8.count <= 249 && $0.hasPrefix("millrace-checkpoints-") && !$0.contains(" ") })
    }

    /// A cluster takes its time: for a topic to be known, for a transaction to complete.
    @Test(arguments: TestPipeline.allCases)
    func onABrokerThatTakesItsTime(shape: TestPipeline) async throws {
        let rig = try await KafkaRig(KafkaRig.strict())
        try Self.prepared(rig)
        let folder = try TemporaryFolder()
        let pipeline = shape.make(
            Kafka(rig.configuration, transactionalID: rig.name), name: rig.name, from: rig.topic("in"),
            to: rig.topic("out"), recordsPerSecond: 300)
        try await pipeline.run(rig.options(.exactlyOnce, folder: folder.path))
        try shape.expectExact(rig, Self.records)
        try await rig.stop()
    }
}
