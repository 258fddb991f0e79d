import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceFiles
import MillraceKafka
import MillraceTesting
import RDKafka
import Synchronization
import Testing

/// Positions, and records one by one.
extension DeliveryTests {
    /// A dead-letter topic that takes nothing for a while: positions wait, nothing is lost, nothing comes twice.
    @Test func aFullDeadLetterTopicHoldsPositionsBack() async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("dead", partitions: 1)
        let values = (0..<400).map { "\($0)" }
        try rig.send(values, to: "in")
        let (table, lines) = (Table(), LogLines())
        var configuration = rig.configuration
        configuration.clientID = "full"
        configuration["retry.backoff.ms"] = "100"
        let kafka = Kafka(configuration, transactionalID: rig.name)
        let pipeline = Pipeline("\(rig.name)-full") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<String>>.self)
            graph.source(kafka.source(rig.topic("in"), decoding: .record(.string), group: rig.name))
                .batches(
                    of: 20, within: .milliseconds(20), onError: .deadLetter(to: dead),
                    options: .init(acknowledgement: .perRecord, retry: .none)
                ) { batch in
                    table.write(batch.map(\.value).filter { !Self.isPoison($0) })
                    return .failed(
                        batch.indices.filter { Self.isPoison(batch[$0].value) }.map { RecordFailure($0, Poison()) })
                }
                .forEach { _ in }
            dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .string))
        }
        // All but the first, by which the run makes itself known.
        let rule = broker.faults.add(.refuse(.storageError), to: .produce, after: 1, times: .max, client: "full")
        var options = rig.options(.exactlyOnce, folder: nil)
        options.logger = lines.logger()
        let freed = Mutex<Bool>(false)
        let wasHeldBack = Mutex<Bool>(false)
        let began = ContinuousClock.now
        try await Self.run(pipeline, options) {
            if !freed.withLock({ $0 }), ContinuousClock.now - began > .seconds(2) {
                let committed = try rig.committed("in", group: rig.name)[0] ?? 0
                wasHeldBack.withLock { $0 = committed < 8 && table.all.count > 10 }
                broker.faults.remove(rule)
                freed.withLock { $0 = true }
            }
            return try rig.values(of: "dead").count >= 4 && rig.committed("in", group: rig.name)[0] == 400
        }
        #expect(wasHeldBack.withLock { $0 }, "the position did not wait for the dead letters before it")
        #expect(table.all.count == 396 && table.all.values.allSatisfy { $0 == 1 })
        #expect(try rig.values(of: "dead") == values.filter(Self.isPoison))
        #expect(lines.all.filter { $0.hasSuffix(": poison") }.count == 1)
        try await rig.stop()
    }

    /// Up to the first failure: a run that gives up has committed the position of the record that it gave up on.
    @Test(arguments: DeliveryGuarantee.allCases.filter { $0 != .atMostOnce })
    func theCommittedOffsetIsThatOfTheFirstFailure(delivery: DeliveryGuarantee) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        try rig.send((0..<100).map { "\($0)" }, to: "in")
        let isMended = Mutex(false)
        let handled = Table()
        for round in 0..<2 {
            let kafka = Kafka(rig.configuration, transactionalID: rig.name)
            let pipeline = Pipeline("\(rig.name)-first") { graph in
                var source = KafkaSourceOptions()
                source.stopsAtLatest = true
                graph.source(kafka.source(rig.topic("in"), decoding: .string, group: rig.name, options: source))
                    .batches(
                        of: 10,
                        options: .init(
                            acknowledgement: .upToFirstFailure,
                            retry: RetryPolicy(attempts: 2, initial: .milliseconds(10)))
                    ) { batch in
                        handled.write(batch)
                        guard let place = batch.firstIndex(of: "57"), !isMended.withLock({ $0 }) else {
                            return .succeeded
                        }
                        return .failed([RecordFailure(place, Poison())])
                    }
                    .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
            }
            let options = rig.options(delivery, folder: nil, every: .seconds(30))
            if round == 0 {
                await #expect(throws: PipelineError.self) { try await pipeline.run(options) }
                // A cluster takes a moment to complete a transaction whose end it has answered.
                try await GroupTests.wait(rig) { try rig.committed("in", group: rig.name) == [0: 57] }
                #expect(try rig.values(of: "out") == (0..<57).map { "\($0)" })
                isMended.withLock { $0 = true }
            } else {
                try await pipeline.run(options)
            }
        }
        #expect(try rig.values(of: "out") == (0..<100).map { "\($0)" })
        #expect((0..<57).allSatisfy { handled.all["\($0)"] == 1 })
        try await rig.stop()
    }

    /// The same pipeline, singly and in batches, side by side under two groups.
    @Test func singlyAndInBatchesSideBySide() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        try rig.send((0..<200).map { "\($0)" }, to: "in")
        let tables = [Table(), Table()]
        let pipelines = [true, false].enumerated().map { index, singly in
            let kafka = Kafka(rig.configuration)
            return Pipeline("\(rig.name)-\(index)") { graph in
                var source = KafkaSourceOptions()
                source.stopsAtLatest = true
                let records = graph.source(
                    kafka.source(rig.topic("in"), decoding: .string, group: "\(rig.name)-\(index)", options: source))
                let done =
                    singly
                    ? records.forEachAsync { tables[index].write([$0]) }
                    : records.batches(of: 30) {
                        tables[index].write($0)
                        return .succeeded
                    }
                done.forEach { _ in }
            }
        }
        let options = rig.options(.atLeastOnce, folder: nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pipeline in pipelines { group.addTask { _ = try await pipeline.run(options) } }
            try await group.waitForAll()
        }
        for (index, table) in tables.enumerated() {
            #expect(table.all.count == 200 && table.all.values.allSatisfy { $0 == 1 })
            #expect(try rig.committed("in", group: "\(rig.name)-\(index)").values.reduce(0, +) == 200)
        }
        try await rig.stop()
    }
}
