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

/// Work on Kafka records that fail: retry topics, dead letters, what is committed, and what the log says of it.
@Suite(.serialized, .timeLimit(.minutes(20))) struct DeliveryTests {
    struct Poison: Error, CustomStringConvertible {
        var description: String { "poison" }
    }
    struct Away: Error, CustomStringConvertible {
        var description: String { "the database is away" }
    }

    /// A table that knows what was written how often.
    final class Table: Sendable {
        private let rows = Mutex<[String: Int]>([:])
        func write(_ values: some Sequence<String>) {
            rows.withLock { rows in for value in values { rows[value, default: 0] += 1 } }
        }
        var all: [String: Int] { rows.withLock { $0 } }
    }

    static func isPoison(_ value: String) -> Bool { Int(value).map { $0 % 100 == 7 } ?? false }

    /// Runs until `isDone`, then drains it.
    static func run(_ pipeline: Pipeline, _ options: RunOptions, until isDone: @escaping @Sendable () throws -> Bool)
        async throws
    {
        let stop = PipelineStop()
        async let run = pipeline.run(options, stop: stop)
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        while try !isDone() {
            guard ContinuousClock.now < deadline else {
                stop.request()
                _ = try await run
                throw KafkaRigError("it is not done after a minute")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        stop.request()
        _ = try await run
    }

    @Test func poisonGoesToTheDeadLettersWithAllThatIsKnownOfIt() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("dead", partitions: 1)
        let values = (0..<1000).map { "\($0)" }
        try rig.send(values, to: "in", key: { "key \($0)" }, partition: { Int32($0 % 2) })
        let (table, lines) = (Table(), LogLines())
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline("\(rig.name)-poison") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<[UInt8]>>.self)
            var source = KafkaSourceOptions()
            source.stopsAtLatest = true
            graph.source(kafka.source(rig.topic("in"), decoding: .record(.raw), group: rig.name, options: source))
                .batches(
                    of: 50, concurrency: 3, onError: .deadLetter(to: dead),
                    options: .init(
                        acknowledgement: .perRecord, retry: RetryPolicy(attempts: 3, initial: .milliseconds(1)))
                ) { batch in
                    let texts = batch.map { String(decoding: $0.value, as: UTF8.self) }
                    table.write(texts.filter { !Self.isPoison($0) })
                    return .failed(
                        texts.indices.filter { Self.isPoison(texts[$0]) }.map { RecordFailure($0, Poison()) })
                }
                .forEach { _ in }
            dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .raw))
        }
        var options = rig.options(.exactlyOnce, folder: nil)
        options.logger = lines.logger()
        let status = try await pipeline.run(options)
        #expect(status.deadLettered == 10)
        #expect(table.all.count == 990 && table.all.values.allSatisfy { $0 == 1 })
        #expect(try rig.committed("in", group: rig.name) == [0: 500, 1: 500])
        let letters = try rig.records(of: "dead")
        #expect(letters.compactMap(\.value).sorted() == values.filter(Self.isPoison).sorted())
        for letter in letters {
            let number = try #require(Int(letter.value ?? ""))
            #expect(letter.key == "key \(number)")
            #expect(letter.headers.text(DeliveryHeader.topic) == rig.topic("in"))
            #expect(letter.headers.number(DeliveryHeader.partition) == Int64(number % 2))
            #expect(letter.headers.number(DeliveryHeader.offset) == Int64(number / 2))
            #expect(letter.headers.text(DeliveryHeader.reason) == "poison")
            #expect(letter.headers.number(DeliveryHeader.attempts) == 3)
            #expect(letter.headers.text(DeliveryHeader.operatorID) == "batches-1")
            #expect((letter.headers.number(DeliveryHeader.givenUpAt) ?? 0) > 1_700_000_000_000)
        }
        // Once, not thirty times.
        #expect(lines.all.filter { $0.hasSuffix(": poison") } == ["warning: batches-1: a record failed: poison"])
        try await rig.stop()
    }

    @Test func aRetryTopicBringsRecordsBackInTimeAndHoldsUpNobody() async throws {
        let rig = try await KafkaRig()
        for topic in ["in", "again-1", "again-2", "dead"] { try rig.makeTopic(topic, partitions: 2) }
        let values = (0..<300).map { "\($0)" }
        try rig.send(values, to: "in")
        struct Handling: Sendable {
            let value: String
            let attempts: Int
            let origin: KafkaOrigin
            let at: Timestamp
        }
        let handled = Mutex<[Handling]>([])
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline("\(rig.name)-again") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<String>>.self)
            let retries = kafka.retryTopic(
                rig.topic("again"), delays: [.milliseconds(300), .milliseconds(900)], payload: .string)
            graph.source(kafka.source(rig.topic("in"), decoding: .record(.string), retries: retries, group: rig.name))
                .batches(
                    of: 20, within: .milliseconds(50), onError: .deadLetter(to: dead),
                    options: .init(acknowledgement: .perRecord, retry: .none, retryTopic: retries.route(in: graph))
                ) { batch in
                    var failures: [RecordFailure] = []
                    for (place, record) in batch.enumerated() {
                        handled.withLock {
                            $0.append(
                                Handling(
                                    value: record.value, attempts: record.retryHistory.attempts, origin: record.origin,
                                    at: SystemClock().wallTime))
                        }
                        // Of those that end in 7: one goes through the first time it is back, one the second, one never.
                        guard let number = Int(record.value), number % 10 == 7 else { continue }
                        if record.retryHistory.rounds < number / 10 % 3 + 1 {
                            failures.append(RecordFailure(place, Poison()))
                        }
                    }
                    return .failed(failures)
                }
                .forEach { _ in }
            dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .string))
        }
        try await Self.run(pipeline, rig.options(.exactlyOnce, folder: nil)) {
            try rig.values(of: "dead").count >= 10
        }
        let all = handled.withLock { $0 }
        for number in 0..<300 {
            let own = all.filter { $0.value == "\(number)" }
            let rounds = number % 10 == 7 ? min(number / 10 % 3 + 2, 3) : 1
            #expect(own.count == rounds, "\(number)")
            #expect(own.map(\.attempts) == Array(0..<own.count))
            // Wherever it came back from, it says where it was first.
            #expect(Set(own.map(\.origin)).count == 1)
            #expect(own[0].origin.topic == rig.topic("in"))
            for (earlier, later) in zip(own, own.dropFirst()) {
                let wait: Duration = later.attempts == 1 ? .milliseconds(300) : .milliseconds(900)
                #expect(later.at.timeSince(earlier.at) >= wait, "\(number)")
            }
        }
        // Nobody waited for them: that would have been half a minute.
        let firsts = all.filter { $0.attempts == 0 }.map(\.at)
        #expect(try #require(firsts.max()).timeSince(try #require(firsts.min())) < .seconds(15))
        let letters = try rig.records(of: "dead")
        #expect(letters.count == 10)
        #expect(letters.allSatisfy { $0.headers.number(DeliveryHeader.attempts) == 3 })
        #expect(letters.allSatisfy { $0.headers.text(DeliveryHeader.topic) == rig.topic("in") })
        try await rig.stop()
    }

    /// A record that fails goes to the retry topic, those of its key behind it follow, and all come back in order.
    @Test func aRetryTopicKeepsTheOrderOfAKey() async throws {
        let rig = try await KafkaRig()
        for topic in ["in", "again", "dead"] { try rig.makeTopic(topic, partitions: 2) }
        let values = (0..<200).map { "\($0 % 10)-\($0 / 10)" }
        try rig.send(values, to: "in", key: { String($0.prefix(1)) })
        let done = Mutex<[String]>([])
        let folder = try TemporaryFolder()
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline("\(rig.name)-order") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<String>>.self)
            let retries = kafka.retryTopic(rig.topic("again"), delays: [.milliseconds(200)], payload: .string)
            graph.source(
                kafka.source(rig.topic("in"), decoding: .record(.string), retries: retries, group: rig.name),
                recordsPerSecond: 200
            )
            .keyed { $0.key.map { String(decoding: $0, as: UTF8.self) } ?? "" }
            .batches(
                of: 5, within: .milliseconds(20), concurrency: 2, onError: .deadLetter(to: dead),
                options: .init(acknowledgement: .perRecord, retry: .none, retryTopic: retries.route(in: graph)),
                parking: .kafka()
            ) { batch in
                var failures: [RecordFailure] = []
                for (place, record) in batch.enumerated() {
                    // The fifth of keys 3 and 7 goes through when it is back; the tenth of key 7 never does.
                    let fails =
                        ["3-5", "7-5"].contains(record.value) && record.retryHistory.rounds == 0
                        || record.value == "7-10" && !record.isReplayed
                    if fails {
                        failures.append(RecordFailure(place, Poison()))
                    } else {
                        done.withLock { $0.append(record.value) }
                    }
                }
                return .failed(failures)
            }
            .forEach { _ in }
            dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .string))
        }
        try await Self.run(pipeline, rig.options(.exactlyOnce, folder: folder.path)) {
            let left = try rig.values(of: "dead").count
            return done.withLock { $0.count } + left >= 200
        }
        let letters = try rig.values(of: "dead")
        #expect(letters == (10..<20).map { "7-\($0)" })
        for key in 0..<10 {
            let own = done.withLock { $0 }.filter { $0.hasPrefix("\(key)-") }
            #expect(own == (0..<(key == 7 ? 10 : 20)).map { "\(key)-\($0)" })
        }
        try await rig.stop()
    }

    /// It dies at each step of a checkpoint and starts again: dead letters and positions are one.
    @Test func aCrashDoublesNoDeadLetter() async throws {
        let points: [CommitStep] = [
            .encoded(CheckpointNumber(2)), .outputDurable(CheckpointNumber(2)), .prepared(CheckpointNumber(2)),
            .outputCommitted(CheckpointNumber(2)), .committed(CheckpointNumber(2)), .published(CheckpointNumber(2)),
        ]
        for point in points {
            let rig = try await KafkaRig()
            try rig.makeTopic("in", partitions: 2)
            try rig.makeTopic("dead", partitions: 1)
            try rig.makeTopic("out", partitions: 1)
            let values = (0..<600).map { "\($0)" }
            try rig.send(values, to: "in")
            let folder = try TemporaryFolder()
            for crashes in [true, false] {
                let kafka = Kafka(rig.configuration, transactionalID: rig.name)
                let pipeline = Pipeline("\(rig.name)-dead") { graph in
                    let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<String>>.self)
                    var source = KafkaSourceOptions()
                    source.stopsAtLatest = true
                    graph.source(
                        kafka.source(rig.topic("in"), decoding: .record(.string), group: rig.name, options: source),
                        recordsPerSecond: 1000
                    )
                    .batches(
                        of: 7, concurrency: 2, onError: .deadLetter(to: dead),
                        options: .init(acknowledgement: .perRecord, retry: .none)
                    ) { batch in
                        try await Task.sleep(for: .milliseconds(1))
                        return .failed(
                            batch.indices.filter { Self.isPoison(batch[$0].value) }.map { RecordFailure($0, Poison()) })
                    }
                    .sink(kafka.sink(rig.topic("out")) { $1.setValue($0.value) })
                    dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .string))
                }
                var options = rig.options(.exactlyOnce, folder: folder.path)
                if crashes { options.crash = CrashSwitch { if $0 == point { throw SimulatedCrash(at: $0) } } }
                do { try await pipeline.run(options) } catch is SimulatedCrash {}
            }
            #expect(try rig.values(of: "dead").sorted() == values.filter(Self.isPoison).sorted(), "\(point)")
            #expect(try rig.values(of: "out").sorted() == values.filter { !Self.isPoison($0) }.sorted(), "\(point)")
            try await rig.stop()
        }
    }

    /// A database that is away for some seconds: attempts go on, positions wait, then all goes through.
    @Test func whatIsAwayComesBackAndTheLogSaysSoOnce() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        let values = (0..<500).map { "\($0)" }
        try rig.send(values, to: "in")
        let (table, lines) = (Table(), LogLines())
        let kafka = Kafka(rig.configuration)
        let away = ContinuousClock.now.advanced(by: .milliseconds(300))
        let back = ContinuousClock.now.advanced(by: .milliseconds(300) + Soak.outage)
        let pipeline = Pipeline("\(rig.name)-away") { graph in
            var source = KafkaSourceOptions()
            source.stopsAtLatest = true
            graph.source(
                kafka.source(rig.topic("in"), decoding: .string, group: rig.name, options: source),
                recordsPerSecond: 300
            )
            .batches(of: 10, within: .milliseconds(20), concurrency: 3) { batch in
                if (away..<back).contains(ContinuousClock.now) { throw Away() }
                table.write(batch)
                return .succeeded
            }
            .forEach { _ in }
        }
        var options = rig.options(.atLeastOnce, folder: nil)
        options.logger = lines.logger()
        let status = try await pipeline.run(options)
        #expect(status.restarts == 0)
        #expect(table.all.count == 500 && table.all.values.allSatisfy { $0 == 1 })
        #expect(try rig.committed("in", group: rig.name).values.reduce(0, +) == 500)
        let said = lines.all.filter { $0.contains("batches-1") }
        #expect(said.count >= 2 && said.count <= 6, "\(said)")
        #expect(said.filter { $0.contains("the database is away") }.count == 1, "\(said)")
        #expect(said.contains { $0.contains("go through again") })
        try await rig.stop()
    }
}
