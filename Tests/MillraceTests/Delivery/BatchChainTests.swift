import Millrace
import MillraceTesting
import Synchronization
import Testing

/// Batches beside other operators that wait, in one task: nothing that comes back is overlooked while another is waited for.
@Suite struct BatchChainTests {
    typealias Step = ScriptedSource<Int>.Step

    /// Times at which something happened, by record.
    final class Times: Sendable {
        private let times = Mutex<[Int: Duration]>([:])
        func note(_ record: Int, _ clock: any PipelineClock) { times.withLock { $0[record] = clock.now } }
        subscript(record: Int) -> Duration? { times.withLock { $0[record] } }
    }

    /// Answers come while look-ups of the ones before are under way.
    @Test(arguments: TestSeeds.some(8))
    func anAnswerIsNotOverlookedWhileALookUpIsWaitedFor(seed: UInt64) throws {
        let times = Times()
        let test = PipelineTest(seed: seed)
        let clock = test.clock
        let pipeline = Pipeline("chain") { graph in
            graph.source(ScriptedSource([(0..<3).map { .record($0) } + [.silence(.seconds(60))]]))
                .batches(of: 1, concurrency: 3) { batch in
                    try await clock.sleep(until: clock.now + .milliseconds(20 + 65 * batch[0]))
                    return .succeeded
                }
                .asyncMap { record in
                    try await clock.sleep(until: clock.now + .milliseconds(100))
                    return record
                }
                .forEach { times.note($0, clock) }
        }
        try test.run(pipeline)
        for record in 0..<3 { #expect((times[record] ?? .seconds(99)) < .seconds(1), "record \(record), seed \(seed)") }
    }

    /// What the first passes on opens a batch of the second, which is closed by its own time.
    @Test(arguments: [false, true])
    func theSecondBatchIsClosedByTheClockToo(isKeyed: Bool) throws {
        let times = Times()
        let test = PipelineTest(seed: 2)
        let clock = test.clock
        let pipeline = Pipeline("chain") { graph in
            let numbers = graph.source(ScriptedSource([[.record(0), .record(1), .silence(.seconds(60))]]))
            let handle: @Sendable (Batch<Int>) async throws -> BatchOutcome = { _ in
                try await clock.sleep(until: clock.now + .milliseconds(50))
                return .succeeded
            }
            let first =
                isKeyed
                ? numbers.keyed { $0 }.batches(of: 10, within: .milliseconds(100), handle)
                : numbers.batches(of: 10, within: .milliseconds(100), handle)
            first.batches(of: 10, within: .milliseconds(100)) { batch in
                for record in batch { times.note(record, clock) }
                return .succeeded
            }
            .forEach { _ in }
        }
        try test.run(pipeline)
        for record in 0..<2 { #expect((times[record] ?? .seconds(99)) < .seconds(1), "record \(record)") }
    }

    struct Event: Sendable { let time: Timestamp }

    /// A window fires once the batches behind it let event time go on; its result does not wait for another event.
    @Test func aWindowThatFiresWhenBatchesLetGoIsWorkedOn() throws {
        let times = Times()
        let test = PipelineTest(seed: 3)
        let clock = test.clock
        let events = [0, 100, 500].map { Event(time: Timestamp(milliseconds: $0)) }
        let pipeline = Pipeline("chain") { graph in
            graph.source(
                ScriptedSource([
                    events.flatMap { [.record($0), .silence(.milliseconds(30))] } + [.silence(.seconds(60))]
                ]), eventTime: \.time, watermarks: .monotonic()
            )
            .keyed { _ in 0 }
            .window(.tumbling(of: .milliseconds(100))).fold(into: 0) { count, _ in count += 1 }
            .batches(of: 10, within: .milliseconds(100)) { batch in
                for result in batch { times.note(Int(result.window.start.milliseconds), clock) }
                try await clock.sleep(until: clock.now + .milliseconds(50))
                return .succeeded
            }
            .forEach { _ in }
        }
        try test.run(pipeline)
        for window in [0, 100] { #expect((times[window] ?? .seconds(99)) < .seconds(1), "window \(window)") }
    }

    /// What has been passed on goes out while later batches are tried again.
    @Test func recordsPassedOnAreSentWhileLaterOnesAreTriedAgain() throws {
        struct Away: Error {}
        let times = Times()
        let test = PipelineTest(seed: 4)
        let clock = test.clock
        let pipeline = Pipeline("congested") { graph in
            graph.source(ScriptedSource([(0..<6).map { .record($0) } + [.silence(.seconds(60))]]))
                .batches(of: 1, concurrency: 2, options: .init(retry: RetryPolicy(attempts: 3, initial: .seconds(30))))
            { batch in
                try await clock.sleep(until: clock.now + .milliseconds(10))
                if batch[0] == 1, batch.attempt == 1 { throw Away() }
                return .succeeded
            }
                .keyed { $0 }
                .fold(into: 0) { count, _ in count += 1 }
                .forEach { times.note($0.key, clock) }
        }
        try test.run(pipeline)
        #expect((times[0] ?? .seconds(99)) < .seconds(1))
        #expect((times[1] ?? .zero) > .seconds(5))
    }

    /// Windows that are kept for late records, with batches behind them in the same task: one task's event time may wait for
    /// its batches when a checkpoint comes, while another's is further on. A restart gives nothing again, and loses nothing.
    @Test(arguments: TestSeeds.some(30))
    func windowsBeforeBatchesAreGivenOnce(seed: UInt64) throws {
        try runChain(seed, lateness: .seconds(10), crashes: 2, keys: 11) { $0 }
    }

    /// Windows, batches of their results, and windows of these in the next stage: event time does not get there before the
    /// results do that wait in a batch.
    @Test(arguments: TestSeeds.some(30))
    func whatABatchKeepsIsNotLateForTheNextWindow(seed: UInt64) throws {
        try runChain(seed, lateness: .zero, crashes: 1, keys: 2) { counts in
            counts.keyed { $0.key % 2 }
                .window(.tumbling(of: .milliseconds(10)))
                .fold(into: 0) { $0 += $1.value }
        }
    }

    /// Counts records in windows, hands the counts over in batches, and does with them what `build` says, with crashes on the
    /// way; in the end every window has its records' count for each of the first `keys` remainders.
    func runChain(
        _ seed: UInt64, lateness: Duration, crashes: Int, keys: Int,
        _ build: (Stream<WindowResult<Int, Int>>) -> Stream<WindowResult<Int, Int>>
    ) throws {
        print("seed \(seed)")
        var random = TestRandom(seed: seed)
        let folder = try TemporaryFolder()
        let output = TestOutput<WindowResult<Int, Int>>()
        var script: [ScriptedSource<Int>.Step] = []
        for number in 0..<200 {
            script.append(.record(number))
            if Int.random(in: 0..<5, using: &random) == 0 { script.append(.silence(.milliseconds(7))) }
        }
        let steps = script
        let pipeline = Pipeline("chain") { graph in
            let counts = graph.source(
                ScriptedSource([steps]), eventTime: { Timestamp(milliseconds: Int64($0)) }, watermarks: .monotonic()
            )
            .keyed { $0 / 3 % 11 }
            .window(.tumbling(of: .milliseconds(10)), allowedLateness: lateness)
            .aggregate(Count())
            .batches(of: 4, within: .milliseconds(40)) { _ in .succeeded }
            build(counts).sink(output)
        }
        let test = PipelineTest(
            seed: seed,
            checkpoints: .init(directory: folder.path, every: .milliseconds(Int.random(in: 5...30, using: &random))))
        for _ in 0..<crashes {
            let point = CrashPoint.committed(CheckpointNumber(UInt64.random(in: 1...12, using: &random)))
            try test.runUntilCrash(pipeline, parallelism: Int.random(in: 1...4, using: &random), at: point)
        }
        try test.run(pipeline, parallelism: Int.random(in: 1...4, using: &random))
        var expected: [String: Int] = [:]
        for number in 0..<200 { expected["\(number / 3 % 11 % keys) \(number / 10)", default: 0] += 1 }
        let rows = output.records.map { "\($0.key) \($0.window.start.milliseconds / 10): \($0.value)" }
        expectSame(rows, expected.map { "\($0.key): \($0.value)" }, "seed \(seed)")
    }
}
