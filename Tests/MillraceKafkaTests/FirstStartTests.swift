import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// An attempt that fails before anything was stored or committed is made again from the same places.
@Suite(.timeLimit(.minutes(20))) struct FirstStartTests {
    /// The group has offsets of an earlier run, which this one was told not to go by.
    @Test(arguments: [DeliveryGuarantee.exactlyOnce, .atLeastOnce], [true, false])
    func offsetsOfAnEarlierRunAreNotGoneBy(delivery: DeliveryGuarantee, hasFolder: Bool) async throws {
        // Without a folder, exactly-once goes by committed offsets in any case.
        if delivery == .exactlyOnce, !hasFolder { return }
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        let values = (0..<40).map { "\($0)" }
        try rig.send(values, to: "in", key: { _ in nil })
        let earlier = try KafkaConsumer(rig.configuration, group: rig.name, logger: rig.logger)
        try earlier.commit([CommittedOffset(TopicPartition(rig.topic("in"), 0), 25)])
        earlier.close()
        let once = Once()
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .string, group: rig.name,
                    options: KafkaSourceOptions(start: .earliest, stopsAtLatest: true))
            )
            .map { value in
                if value == "30", once.first() { throw KafkaRigError("a failure before the first checkpoint") }
                return value
            }
            .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
        }
        let folder = try TemporaryFolder()
        var options = rig.options(delivery, folder: hasFolder ? folder.path : nil, every: .seconds(60))
        options.restart = .fixedDelay(attempts: 2, delay: .milliseconds(10))
        try await pipeline.run(options)
        #expect(!once.first())
        let found = try rig.values(of: "out")
        if delivery == .exactlyOnce { #expect(found == values) } else { #expect(Set(found) == Set(values)) }
        try await rig.stop()
    }

    /// Records that come between the failure and the next attempt are not jumped over.
    @Test(arguments: [true, false])
    func latestIsThatOfTheFirstAttempt(hasFolder: Bool) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        try rig.send(["before"], to: "in")
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let seen = Seen()
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .string, group: rig.name, options: KafkaSourceOptions(start: .latest))
            )
            .map { value in
                seen.note(value)
                if seen.all.count == 3 { throw KafkaRigError("a failure before the first checkpoint") }
                return value
            }
            .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
        }
        let folder = try TemporaryFolder()
        var options = rig.options(.exactlyOnce, folder: hasFolder ? folder.path : nil, every: .milliseconds(1500))
        options.restart = .fixedDelay(attempts: 2, delay: .milliseconds(200))
        let (stop, settled) = (PipelineStop(), options)
        let run = Task { try await pipeline.run(settled, stop: stop) }
        try await Task.sleep(for: .seconds(1))
        try rig.send(["a", "b", "c"], to: "in", key: { _ in nil })
        try await GroupTests.wait(rig) { try rig.values(of: "out").count >= 3 }
        stop.request()
        _ = try await run.value
        #expect(try rig.values(of: "out") == ["a", "b", "c"])
        try await rig.stop()
    }

    /// A source of all topics does not read the notes that its own pipeline makes.
    @Test func notesAreNotReadByPatterns() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.send(["a", "b", "c"], to: "in", key: { _ in nil })
        for round in 1...2 {
            let kafka = Kafka(rig.configuration)
            let seen = Seen()
            let pipeline = Pipeline("\(rig.name)-in-\(round)") { graph in
                let records = graph.source(
                    kafka.source(
                        matching: ".*\(rig.name).*in.*", decoding: .string,
                        options: KafkaSourceOptions(start: .earliest, stopsAtLatest: true)))
                records.forEach { seen.note($0) }
                records.sink(kafka.sink("\(rig.name)-copy") { $1.setValue($0) })
            }
            let folder = try TemporaryFolder()
            try await pipeline.run(rig.options(.exactlyOnce, folder: folder.path))
            #expect(seen.all.sorted() == ["a", "b", "c"])
        }
        try await rig.stop()
    }
}
