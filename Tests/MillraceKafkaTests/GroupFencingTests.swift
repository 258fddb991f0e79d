import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import RDKafka
import Testing

@testable import MillraceKafka

/// A member of a group commits offsets for the membership under which it was given its partitions, or not at all.
@Suite(.serialized, .timeLimit(.minutes(20))) struct GroupFencingTests {
    /// A member stands still for longer than its session, with a transaction open; others work on its partitions; it wakes
    /// up. Its transaction must not count.
    @Test(arguments: 1...(Soak.isOn ? 10 : 1))
    func aMemberThatWasTakenForDead(round: Int) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        let values = (0..<3000).map { "\($0)" }
        try rig.send(values, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
        func member(_ rate: Double) throws -> ChildProcess {
            try ChildProcess(
                "KafkaChild",
                [rig.address, rig.name, rig.topic("in"), rig.topic("out"), "stateless", "-", "1", "\(rate)"])
        }
        func committed() throws -> Int64 { try rig.committed("in", group: rig.name).values.reduce(0, +) }
        let first = try member(150)
        try await GroupTests.wait(rig) { try committed() > 0 }
        // Somewhere between two checkpoints.
        try await Task.sleep(for: .milliseconds(Int.random(in: 100..<900)))
        first.signal(SIGSTOP)
        let second = try member(100_000)
        try await GroupTests.wait(rig, 60) { try committed() == 3000 }
        first.signal(SIGCONT)
        try await Task.sleep(for: .seconds(4))
        for child in [first, second] {
            #expect(child.isRunning, "\(child.finish().message)")
            child.kill9()
        }
        let records = try rig.records(of: "out", committedOnly: false)
        let found = try rig.values(of: "out")
        #expect(found.sorted() == values.sorted(), "\(found.count) of \(values.count), \(records.count) written")
        for parity in 0..<2 {
            let numbers = found.compactMap { Int($0) }.filter { $0 % 2 == parity }
            #expect(numbers == numbers.sorted(), "not in order")
        }
        try await rig.stop()
    }

    /// Without a generation a broker takes offsets from anybody: that is an error, not a way out.
    @Test func withoutAMembershipNothingIsCommitted() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        let kafka = Kafka(rig.configuration)
        let session = SourceSession(
            kafka, .names([rig.topic("in")]), group: rig.name, KafkaSourceOptions(membership: .group()))
        let position = CommittedPosition(
            operatorID: "source", partition: PartitionID("\(rig.topic("in"))/0"), position: [5, 0, 0, 0, 0, 0, 0, 0])
        #expect(throws: NoLongerMember.self) { try session.transactionOffsets([position]) }
        try await session.connect(SourceRun(delivery: .exactlyOnce, storesPositions: true))
        #expect(throws: NoLongerMember.self) { try session.transactionOffsets([position]) }
        let partitions = try await session.partitions()
        try await session.assign(partitions.map { PartitionStart($0, nil) })
        let (offsets, group) = try session.transactionOffsets([position])
        #expect(offsets == [CommittedOffset(TopicPartition(rig.topic("in"), 0), 5)])
        #expect(group.isFencing && group.generation >= 1 && !group.member.isEmpty)
        session.disconnect()
        let alone = try GroupMetadata(group: rig.name)
        #expect(!alone.isFencing && alone.generation == -1 && alone.member.isEmpty)
        try await rig.stop()
    }

    /// A member with a name comes back under the same transactional id, and ends what it had left open.
    @Test func aNamedMemberHasANamedTransaction() async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        try rig.send(["a", "b", "c"], to: "in")
        for round in 1...2 {
            let kafka = Kafka(rig.configuration)
            let pipeline = Pipeline(rig.name) { graph in
                graph.source(
                    kafka.source(
                        rig.topic("in"), decoding: .string,
                        options: KafkaSourceOptions(membership: .group(instance: "blue")))
                )
                .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
            }
            let stop = PipelineStop()
            let run = Task { try await pipeline.run(rig.options(.exactlyOnce, folder: nil), stop: stop) }
            try await GroupTests.wait(rig) { try rig.values(of: "out").count == 3 * round }
            stop.request()
            _ = try await run.value
            try rig.send(["d", "e", "f"], to: "in")
        }
        #expect(try await broker.topics().keys.contains("\(rig.name)-blue-checkpoints"))
        try await rig.stop()
    }
}
