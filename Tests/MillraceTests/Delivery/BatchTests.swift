import Millrace
import MillraceTesting
import Synchronization
import Testing

/// Batches in a pipeline: when they close, how many are under way, what follows sees.
@Suite struct BatchTests {
    typealias Step = ScriptedSource<Int>.Step

    /// What a handler saw.
    final class Seen: Sendable {
        struct Call {
            let records: [Int]
            let cause: String
            let at: Duration
        }
        private let calls = Mutex<[Call]>([])
        private let now = Mutex((now: 0, most: 0))

        func note(_ batch: Batch<Int>, _ clock: any PipelineClock) {
            calls.withLock { $0.append(Call(records: batch.records, cause: batch.cause.rawValue, at: clock.now)) }
        }
        func begin() { now.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func end() { now.withLock { $0.now -= 1 } }
        var all: [Call] { calls.withLock { $0 } }
        var most: Int { now.withLock { $0.most } }
    }

    static func records(_ numbers: Range<Int>) -> [Step] { numbers.map { .record($0) } }

    @Test func theTimeComesOnASilentTopicByTheManualClock() throws {
        let (seen, output) = (Seen(), TestOutput<Int>())
        let test = PipelineTest(seed: 1)
        let clock = test.clock
        let pipeline = Pipeline("silent") { graph in
            graph.source(ScriptedSource([Self.records(1..<4) + [.silence(.seconds(60)), .record(4)]]))
                .batches(of: 100, within: .seconds(1)) { batch in
                    seen.note(batch, clock)
                    return .succeeded
                }
                .sink(output)
        }
        try test.run(pipeline)
        #expect(seen.all.map(\.records) == [[1, 2, 3], [4]])
        #expect(seen.all.map(\.cause) == ["time", "end"])
        // The ticker meets deadlines to within 10 ms.
        #expect((Duration.seconds(1)...(.milliseconds(1020))).contains(seen.all[0].at), "\(seen.all[0].at)")
        #expect(output.records == [1, 2, 3, 4])
    }

    @Test func theTimeComesOnASilentTopicForReal() async throws {
        let seen = Seen()
        let pipeline = Pipeline("silent") { graph in
            graph.source(ScriptedSource([Self.records(1..<4) + [.silence(.seconds(60))]]))
                .batches(of: 100, within: .seconds(1)) { batch in
                    seen.note(batch, SystemClock())
                    return .succeeded
                }
                .forEach { _ in }
        }
        var options = RunOptions()
        options.logger.logLevel = .critical
        let stop = PipelineStop()
        let began = SystemClock().now
        async let run = pipeline.run(options, stop: stop)
        while seen.all.isEmpty, SystemClock().now - began < .seconds(300) {
            try await Task.sleep(for: .milliseconds(10))
        }
        stop.request()
        _ = try await run
        let first = try #require(seen.all.first)
        #expect(seen.all.map(\.records) == [[1, 2, 3]])
        #expect(first.cause == "time")
        #expect(first.at - began >= .seconds(1))
    }

    /// On a keyed stream as well, and counted from the first record: later ones do not put it off.
    @Test func theTimeIsCountedFromTheFirstRecord() throws {
        let seen = Seen()
        let test = PipelineTest(seed: 2)
        let clock = test.clock
        let steps: [Step] = (0..<10).flatMap { [.record($0), .silence(.milliseconds(300))] }
        let pipeline = Pipeline("silent") { graph in
            graph.source(ScriptedSource([steps])).keyed { $0 % 3 }
                .batches(of: 100, within: .seconds(1)) { batch in
                    seen.note(batch, clock)
                    return .succeeded
                }
                .forEach { _ in }
        }
        try test.run(pipeline)
        #expect(seen.all.map(\.records) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
        #expect(seen.all.map(\.cause) == ["time", "time", "end"])
    }

    @Test func sizeAndBytesCloseABatch() throws {
        let output = TestOutput<String>()
        let causes = Mutex<[String]>([])
        let words = ["aaaa", "bb", "cccccccccc", "d", "e", "f", "ggg"]
        let pipeline = Pipeline("bytes") { graph in
            graph.source(ScriptedSource([words.map { .record($0) }]))
                .batches(of: 3, within: .seconds(1), options: .init(bytes: 6)) { batch in
                    causes.withLock { $0.append("\(batch.records.joined(separator: " ")): \(batch.cause)") }
                    return .succeeded
                }
                .sink(output)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(
            causes.withLock { $0 } == ["aaaa bb: bytes", "cccccccccc: bytes", "d e f: size", "ggg: end"])
        #expect(output.records == words)
    }

    @Test func aCheckpointClosesTheOpenBatchAndWaitsForAll() throws {
        let (seen, output) = (Seen(), TestOutput<Int>())
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 3, checkpoints: .init(directory: folder.path, every: .milliseconds(100)))
        let clock = test.clock
        let pipeline = Pipeline("checkpoint") { graph in
            graph.source(ScriptedSource([Self.records(0..<5) + [.silence(.milliseconds(150))] + Self.records(5..<8)]))
                .batches(of: 100, within: .seconds(10)) { batch in
                    seen.note(batch, clock)
                    try await clock.sleep(until: clock.now + .milliseconds(30))
                    return .succeeded
                }
                .sink(output)
        }
        try test.runUntilCrash(pipeline, at: .published(CheckpointNumber(1)))
        #expect(seen.all.map(\.cause) == ["checkpoint"])
        #expect(output.records == [0, 1, 2, 3, 4])
        try test.run(pipeline)
        #expect(output.records == Array(0..<8))
        #expect(seen.all.flatMap(\.records) == Array(0..<8))
    }

    @Test(arguments: [1, 3, 7])
    func noMoreThanInFlightAreUnderWayAndTheSourceIsHeldBack(concurrency: Int) throws {
        let (seen, output) = (Seen(), TestOutput<Int>())
        let read = Mutex(0)
        let passed = Mutex(0)
        let ahead = Mutex(0)
        let test = PipelineTest(seed: 4)
        let clock = test.clock
        let pipeline = Pipeline("bounded") { graph in
            graph.source(ScriptedSource([Self.records(0..<20_000)]))
                .map { number in
                    let read = read.withLock {
                        $0 += 1
                        return $0
                    }
                    ahead.withLock { $0 = max($0, read - passed.withLock { $0 }) }
                    return number
                }
                .batches(of: 10, concurrency: .fixed(concurrency)) { batch in
                    seen.begin()
                    try await clock.sleep(until: clock.now + .milliseconds(batch.records[0] % 7))
                    seen.end()
                    return .succeeded
                }
                .map { number in
                    passed.withLock { $0 += 1 }
                    return number
                }
                .sink(output)
        }
        try test.run(pipeline)
        #expect(output.records == Array(0..<20_000))
        #expect(seen.most == concurrency)
        // What is read in one go, and what is under way.
        #expect(ahead.withLock { $0 } <= 1024 + 10 * (concurrency + 1))
    }

    @Test func noTwoBatchesWithTheSameKeyAreUnderWayAtOnce() throws {
        for isKeyed in [false, true] {
            let output = TestOutput<Int>()
            let busy = Mutex<[Int: Int]>([:])
            let clashes = Mutex(0)
            let most = Mutex(0)
            let test = PipelineTest(seed: 5)
            let clock = test.clock
            let pipeline = Pipeline("ordered") { graph in
                let handle: @Sendable (Batch<Int>) async throws -> BatchOutcome = { batch in
                    busy.withLock { busy in
                        for record in Set(batch.records.map { $0 % 50 }) {
                            if busy[record, default: 0] > 0 { clashes.withLock { $0 += 1 } }
                            busy[record, default: 0] += 1
                        }
                        most.withLock { $0 = max($0, busy.values.reduce(0, +)) }
                    }
                    try await clock.sleep(until: clock.now + .milliseconds(batch.records[0] % 5))
                    busy.withLock { busy in
                        for record in Set(batch.records.map { $0 % 50 }) { busy[record, default: 0] -= 1 }
                    }
                    return .succeeded
                }
                let numbers = graph.source(ScriptedSource([Self.records(0..<3000)]))
                if isKeyed {
                    numbers.keyed { $0 % 50 }.batches(of: 4, concurrency: 5, handle).sink(output)
                } else {
                    numbers.batches(of: 4, concurrency: 5, options: .init().ordered { $0 % 50 }, handle).sink(output)
                }
            }
            try test.run(pipeline)
            #expect(output.records == Array(0..<3000))
            #expect(clashes.withLock { $0 } == 0)
            #expect(most.withLock { $0 } > 4, "several batches at once")
        }
    }

    /// Event time waits for the records of open batches: a window behind them loses none.
    @Test(arguments: TestSeeds.some(6))
    func eventTimeDoesNotPassRecordsInHand(seed: UInt64) throws {
        struct Event: Sendable { let time: Timestamp }
        var random = SeededRandom(seed: seed)
        var steps: [ScriptedSource<Event>.Step] = []
        for number in 0..<500 {
            steps.append(.record(Event(time: Timestamp(milliseconds: Int64(number * 10)))))
            if Int.random(in: 0..<10, using: &random) == 0 {
                steps.append(.silence(.milliseconds(Int.random(in: 1...400, using: &random))))
            }
        }
        let script = steps
        let output = TestOutput<WindowResult<Int, Int>>()
        let test = PipelineTest(seed: seed)
        let clock = test.clock
        let pipeline = Pipeline("held") { graph in
            graph.source(ScriptedSource([script]), eventTime: \.time, watermarks: .monotonic())
                .batches(of: 17, within: .milliseconds(200), concurrency: 2) { _ in
                    try await clock.sleep(until: clock.now + .milliseconds(50))
                    return .succeeded
                }
                .keyed { _ in 0 }
                .window(.tumbling(of: .milliseconds(100))).fold(into: 0) { count, _ in count += 1 }
                .sink(output)
        }
        let status = try test.run(pipeline)
        #expect(status.late == 0)
        #expect(output.records.map(\.value) == Array(repeating: 10, count: 50))
    }

    @Test func aHandlerThatTakesTooLongHasFailed() throws {
        struct Done: Error {}
        let letters = TestOutput<DeadLetter<Int>>()
        let test = PipelineTest(seed: 6)
        let clock = test.clock
        let pipeline = Pipeline("slow") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<Int>.self)
            graph.source(ScriptedSource([Self.records(0..<3)]))
                .batches(
                    of: 3, onError: .deadLetter(to: dead),
                    options: .init(
                        acknowledgement: .perRecord, retry: RetryPolicy(attempts: 2, isolates: false),
                        timeout: .milliseconds(100))
                ) { _ in
                    try await clock.sleep(until: clock.now + .seconds(60))
                    return .succeeded
                }
                .forEach { _ in }
            dead.stream.sink(letters)
        }
        try test.run(pipeline)
        #expect(letters.records.map(\.record) == [0, 1, 2])
        #expect(letters.records.map(\.attempts) == [2, 2, 2])
        #expect(letters.records[0].reason.hasPrefix("the call took longer than 0.1 seconds"))
        #expect(letters.records[0].operatorID == "batches-1")
        #expect(letters.records[0].partition == "0")
    }

    @Test func theRateIsKept() throws {
        let seen = Seen()
        let test = PipelineTest(seed: 7)
        let clock = test.clock
        let pipeline = Pipeline("rate") { graph in
            graph.source(ScriptedSource([Self.records(0..<100), Self.records(100..<200)]))
                .batches(of: 10, concurrency: 4, options: .init(recordsPerSecond: 100)) { batch in
                    seen.note(batch, clock)
                    return .succeeded
                }
                .forEach { _ in }
        }
        try test.run(pipeline)
        let last = try #require(seen.all.map(\.at).max())
        // 200 records at 100 a second: the last ones begin before two seconds are over, however they were split.
        #expect((Duration.milliseconds(1900)..<(.seconds(2))).contains(last), "\(last)")
        #expect(seen.all.flatMap(\.records).sorted() == Array(0..<200))
    }

    @Test func singleRecordsAndBatchesDifferByOneLine() throws {
        for singly in [true, false] {
            let output = TestOutput<Int>()
            let handled = Mutex<[Int]>([])
            let pipeline = Pipeline("either") { graph in
                let numbers = graph.source(ScriptedSource([Self.records(0..<50)]))
                let done =
                    singly
                    ? numbers.forEachAsync { record in handled.withLock { $0.append(record) } }
                    : numbers.batches(of: 20) { batch in
                        handled.withLock { $0 += batch }
                        return .succeeded
                    }
                done.sink(output)
            }
            try PipelineTest(seed: 8).run(pipeline)
            #expect(output.records == Array(0..<50))
            #expect(handled.withLock { $0 } == Array(0..<50))
        }
    }
}
