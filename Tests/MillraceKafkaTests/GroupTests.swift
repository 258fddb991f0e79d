import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import MillraceTesting
import RDKafka
import Testing

/// Several instances that share a group: partitions move between them, and each record has its effect once.
@Suite(.timeLimit(.minutes(20))) struct GroupTests {
    static func pipeline(_ rig: KafkaRig, rate: Double? = 200) -> Pipeline {
        var configuration = rig.configuration
        configuration["session.timeout.ms"] = "6000"
        configuration["heartbeat.interval.ms"] = "100"
        configuration["topic.metadata.refresh.interval.ms"] = "500"
        let kafka = Kafka(configuration)
        return Pipeline("\(rig.name)-group") { graph in
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .record(.string), group: rig.name,
                    options: KafkaSourceOptions(membership: .group())), recordsPerSecond: rate
            )
            .sink(
                kafka.sink(rig.topic("out")) { (record: KafkaRecord<String>, outgoing) in
                    outgoing.setKey("\(record.partition)")
                    outgoing.setValue(record.value)
                })
        }
    }

    /// A running instance.
    final class Instance: Sendable {
        let stop = PipelineStop()
        let task: Task<Void, any Error>

        init(_ rig: KafkaRig, _ delivery: DeliveryGuarantee, rate: Double? = 200) {
            let options = rig.options(delivery, folder: nil)
            let (stop, pipeline) = (stop, GroupTests.pipeline(rig, rate: rate))
            task = Task { _ = try await pipeline.run(options, stop: stop) }
        }

        func end() async throws {
            stop.request()
            try await task.value
        }
    }

    static func wait(_ rig: KafkaRig, _ seconds: Double = 120, until done: () throws -> Bool) async throws {
        let deadline = Date().addingTimeInterval(seconds)
        while try !done() {
            guard Date() < deadline else { throw KafkaRigError("did not come about within \(seconds) s") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test(arguments: [DeliveryGuarantee.atLeastOnce, .exactlyOnce])
    func membersComeAndGo(delivery: DeliveryGuarantee) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 4)
        try rig.makeTopic("out", partitions: 2)
        let values = (0..<2000).map { "value \($0)" }
        try rig.send(values, to: "in", partition: { Int32($0 % 4) })
        let first = Instance(rig, delivery)
        try await Task.sleep(for: .seconds(1))
        let second = Instance(rig, delivery)
        try await Task.sleep(for: .seconds(1))
        let third = Instance(rig, delivery)
        try await Task.sleep(for: .seconds(1))
        try await first.end()
        try await Task.sleep(for: .milliseconds(500))
        let fourth = Instance(rig, delivery, rate: nil)
        try await Self.wait(rig) { try rig.committed("in", group: rig.name).values.reduce(0, +) == 2000 }
        for instance in [second, third, fourth] { try await instance.end() }
        let found = try rig.values(of: "out")
        if delivery == .exactlyOnce {
            #expect(found.sorted() == values.sorted())
            // Those of an input partition in order, whoever had it.
            for partition in 0..<4 {
                let numbers = found.compactMap { Int($0.dropFirst(6)) }.filter { $0 % 4 == partition }
                #expect(numbers == numbers.sorted(), "partition \(partition) is not in order")
            }
        } else {
            // A commit that falls into a cooperative rebalance is refused, and repeated by the partition's next owner.
            #expect(Set(found) == Set(values))
        }
        try await rig.stop()
    }

    /// A topic that grows while it is read.
    @Test func newPartitionsAreRead() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        try rig.send((0..<50).map { "old \($0)" }, to: "in", partition: { _ in 0 })
        let instance = Instance(rig, .exactlyOnce, rate: nil)
        try await Self.wait(rig) { try rig.values(of: "out").count == 50 }
        let admin = try KafkaAdmin(rig.configuration, logger: rig.logger)
        try admin.createPartitions(rig.topic("in"), total: 3)
        try await Task.sleep(for: .milliseconds(200))
        try rig.send((0..<50).map { "new \($0)" }, to: "in", partition: { Int32($0 % 3) })
        try await Self.wait(rig) { try rig.values(of: "out").count == 100 }
        try await instance.end()
        #expect(Set(try rig.values(of: "out")).count == 100)
        try await rig.stop()
    }

    /// Stopped while the group is still deciding who gets what: each leaves in order, and soon.
    @Test(arguments: 1...(Soak.isOn ? 60 : 6) as ClosedRange<UInt64>)
    func membersAreStoppedWhileTheGroupMoves(seed: UInt64) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 4)
        try rig.makeTopic("out", partitions: 1)
        try rig.send((0..<100).map { "\($0)" }, to: "in", partition: { Int32($0 % 4) })
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<3 {
            let instances = (0..<3).map { _ in Instance(rig, .atLeastOnce, rate: nil) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<700, using: &random)))
            let began = ContinuousClock.now
            for instance in instances {
                instance.stop.request()
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<60, using: &random)))
            }
            for instance in instances { try await instance.task.value }
            let took = ContinuousClock.now - began
            // A consumer that has to be left behind takes eight; one that hangs takes for ever.
            #expect(took < .seconds(30), "seed \(seed): leaving took \(took)")
        }
        try await rig.stop()
    }

    /// A member that waits for its group when it is stopped, while nobody answers.
    @Test func aMemberIsStoppedBeforeTheGroupAnswers() async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        broker.faults.add(.loseResponse, to: .joinGroup, times: .max)
        let instance = Instance(rig, .atLeastOnce, rate: nil)
        try await Task.sleep(for: .milliseconds(500))
        let began = ContinuousClock.now
        try await instance.end()
        let took = ContinuousClock.now - began
        #expect(took < .seconds(20), "\(took)")
        try await rig.stop()
    }

    @Test func keyedStateIsRefused() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        let kafka = Kafka(rig.configuration)
        let pipeline = Pipeline("refused") { graph in
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .string, options: KafkaSourceOptions(membership: .group()))
            )
            .keyed { $0 }.fold(into: 0) { count, _ in count += 1 }.named("counts").forEach { _ in }
        }
        let error = await #expect(throws: ConfigurationError.self) {
            try await pipeline.run(rig.options(.exactlyOnce, folder: nil))
        }
        #expect(error?.description.contains("counts") == true)
        try await rig.stop()
    }
}
