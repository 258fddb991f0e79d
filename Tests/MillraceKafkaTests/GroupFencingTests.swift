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
        func member(_ rate: Double, every seconds: Int) throws -> ChildProcess {
            try ChildProcess(
                "KafkaChild",
                [rig.address, rig.name, rig.topic("in"), rig.topic("out"), "stateless", "-", "\(seconds)", "\(rate)"])
        }
        func committed() throws -> Int64 { try rig.committed("in", group: rig.name).values.reduce(0, +) }
        // What wakes it up for a checkpoint is the news that it has lost its partitions: by then it is no member any more.
        let first = try member(150, every: 30)
        try await GroupTests.wait(rig) { try rig.records(of: "out", committedOnly: false).count > 50 }
        first.signal(SIGSTOP)
        let second = try member(100_000, every: 1)
        try await GroupTests.wait(rig) { try committed() == 3000 }
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

    /// A member does not finish with partitions that the group takes back within the time it has (`revocation`); it lets go of
    /// them, and joins anew. What it had under way then must not be committed under its new generation.
    @Test func aMemberThatIsTooLate() async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        let values = (0..<1000).map { "\($0)" }
        try rig.send(values, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
        func member(_ name: String, rate: Double, every interval: Duration) -> (PipelineStop, Task<Void, any Error>) {
            var configuration = rig.configuration
            configuration["session.timeout.ms"] = "6000"
            configuration["heartbeat.interval.ms"] = "100"
            configuration.clientID = name
            let kafka = Kafka(configuration)
            var source = KafkaSourceOptions(membership: .group())
            source.revocationTimeout = .milliseconds(300)
            let pipeline = Pipeline(rig.name) { [source] graph in
                graph.source(
                    kafka.source(rig.topic("in"), decoding: .record(.string), group: rig.name, options: source),
                    recordsPerSecond: rate
                )
                .sink(
                    kafka.sink(rig.topic("out")) { (record: KafkaRecord<String>, outgoing) in
                        outgoing.setKey("\(record.partition)")
                        outgoing.setValue(record.value)
                    })
            }
            var options = rig.options(.exactlyOnce, folder: nil, every: interval)
            options.restart = .fixedDelay(attempts: 20, delay: .milliseconds(100))
            let (stop, settled) = (PipelineStop(), options)
            return (stop, Task { _ = try await pipeline.run(settled, stop: stop) })
        }
        func committed() throws -> Int64 { try rig.committed("in", group: rig.name).values.reduce(0, +) }
        let slow = member("slow", rate: 100, every: .seconds(30))
        try await GroupTests.wait(rig) { try rig.records(of: "out", committedOnly: false).count > 50 }
        broker.faults.add(.delayResponse(.seconds(4)), to: .produce, client: "slow")
        let other = member("other", rate: 100_000, every: .milliseconds(100))
        try await GroupTests.wait(rig) { try committed() >= 500 }
        try await Task.sleep(for: .seconds(5))
        slow.0.request()
        try await slow.1.value
        try await GroupTests.wait(rig) { try committed() == 1000 }
        other.0.request()
        try await other.1.value
        let found = try rig.values(of: "out")
        #expect(found.sorted() == values.sorted(), "\(found.count) of 1000")
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
        let session = kafka.source(
            rig.topic("in"), decoding: .string, group: rig.name, options: KafkaSourceOptions(membership: .group())
        ).session
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
        #expect(try await broker.topics().keys.contains("millrace-checkpoints-\(rig.name)-blue"))
        try await rig.stop()
    }
}
