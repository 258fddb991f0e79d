import Millrace
import MillraceTesting
import Synchronization
import Testing

/// Calls that go on although they were cancelled.
@Suite struct StubbornCallTests {
    /// Where calls wait that do not look whether they are cancelled.
    final class Gate: Sendable {
        private let waiting = Mutex<[UnsafeContinuation<Void, Never>]>([])
        private let passed = Atomic(0)

        func wait() async {
            await withUnsafeContinuation { continuation in waiting.withLock { $0.append(continuation) } }
            passed.add(1, ordering: .relaxed)
        }

        /// Lets all go that wait.
        func open() {
            let all = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            for continuation in all { continuation.resume() }
        }

        var count: Int { waiting.withLock { $0.count } }
    }

    static func records(_ numbers: Range<Int>) -> [ScriptedSource<Int>.Step] { numbers.map { .record($0) } }

    @Test(arguments: TestSeeds.some(5))
    func theTimeoutCountsWhateverTheHandlerDoes(seed: UInt64) throws {
        let (output, gate) = (TestOutput<Int>(), Gate())
        let attempts = Mutex<[Int: Int]>([:])
        let test = PipelineTest(seed: seed)
        let clock = test.clock
        let pipeline = Pipeline("stubborn") { graph in
            graph.source(ScriptedSource([Self.records(0..<20)]))
                .batches(of: 5, concurrency: 2, options: .init(retry: RetryPolicy(attempts: 3), timeout: .seconds(1))) {
                    batch in
                    let first = batch.records[0]
                    let attempt = attempts.withLock { attempts in
                        attempts[first, default: 0] += 1
                        return attempts[first] ?? 0
                    }
                    guard first == 0 else { return .succeeded }
                    // The first attempt comes back when the second is under way, and has failed.
                    if attempt == 1 {
                        await gate.wait()
                        throw CancellationError()
                    }
                    gate.open()
                    try await clock.sleep(until: clock.now + .milliseconds(100))
                    return .succeeded
                }
                .sink(output)
        }
        try test.run(pipeline)
        #expect(output.records == Array(0..<20), "seed \(seed)")
        #expect(attempts.withLock { $0[0] } == 2, "seed \(seed)")
        #expect(clock.now < .seconds(3), "seed \(seed)")
    }

    @Test func aLookUpGoesOnWithoutACallThatStays() throws {
        let (output, gate) = (TestOutput<Int>(), Gate())
        let attempts = Mutex<[Int: Int]>([:])
        let test = PipelineTest(seed: 3)
        let pipeline = Pipeline("stubborn") { graph in
            graph.source(ScriptedSource([Self.records(0..<20)]))
                .asyncMap(AsyncMapOptions(concurrency: 2, timeout: .seconds(1), attempts: 2)) { number in
                    let attempt = attempts.withLock { attempts in
                        attempts[number, default: 0] += 1
                        return attempts[number] ?? 0
                    }
                    if number == 7, attempt == 1 {
                        await gate.wait()
                        return -1
                    }
                    if number == 7 { gate.open() }
                    return number * 10
                }
                .sink(output)
        }
        try test.run(pipeline)
        #expect(output.records == (0..<20).map { $0 * 10 })
        #expect(attempts.withLock { $0[7] } == 2)
    }

    /// Runs `calling` on ten numbers, where the first call stays until 1.7 s, and checks that no other is made beside it.
    private static func oneAtATime(
        seed: UInt64,
        _ calling: (Stream<Int>, @escaping @Sendable (Int) async throws -> Void) -> Stream<Int>
    ) throws {
        let (output, gate) = (TestOutput<Int>(), Gate())
        let counts = Mutex((calls: 0, underWay: 0, most: 0))
        let test = PipelineTest(seed: seed)
        let pipeline = Pipeline("one") { graph in
            calling(graph.source(ScriptedSource([Self.records(0..<10)])).named("numbers")) { _ in
                let isFirst = counts.withLock { counts in
                    counts.calls += 1
                    counts.underWay += 1
                    counts.most = max(counts.most, counts.underWay)
                    return counts.calls == 1
                }
                defer { counts.withLock { $0.underWay -= 1 } }
                if isFirst { await gate.wait() }
            }.sink(output)
            graph.source(ScriptedSource([[.silence(.milliseconds(1700)), .record(0)]]), name: "opener")
                .forEach { _ in gate.open() }
        }
        try test.run(pipeline)
        #expect(output.records == Array(0..<10), "seed \(seed)")
        #expect(counts.withLock { $0.most } == 1, "seed \(seed)")
        #expect(counts.withLock { $0.calls } > 1, "seed \(seed)")
        #expect(test.clock.now >= .milliseconds(1700), "seed \(seed)")
    }

    /// The second attempt waits for the first to end where only one call may be under way.
    @Test(arguments: TestSeeds.some(5))
    func anotherAttemptNeedsAPlaceToo(seed: UInt64) throws {
        try Self.oneAtATime(seed: seed) { numbers, call in
            numbers.batches(of: 5, options: .init(timeout: .seconds(1))) { _ in
                try await call(0)
                return .succeeded
            }
        }
        try Self.oneAtATime(seed: seed) { numbers, call in
            numbers.asyncMap(AsyncMapOptions(concurrency: 1, timeout: .seconds(1))) { number in
                try await call(number)
                return number
            }
        }
    }

    /// What a run throws that is stopped when all its calls hang.
    private static func end(
        _ options: RunOptions, _ gate: Gate, hanging: Int = 1, _ pipeline: Pipeline,
        _ action: @escaping @Sendable (PipelineStop, Task<PipelineStatus, any Error>) -> Void
    ) async throws -> Result<PipelineStatus, any Error> {
        var options = options
        options.stopTimeout = .milliseconds(300)
        options.logger.logLevel = .critical
        options.restart = .never
        let stop = PipelineStop()
        let settled = options
        let run = Task { try await pipeline.run(settled, stop: stop) }
        let clock = SystemClock()
        let began = clock.now
        while gate.count < hanging, clock.now - began < .seconds(60) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(gate.count >= hanging)
        action(stop, run)
        return await run.result
    }

    private static func notEnded(_ result: Result<PipelineStatus, any Error>) throws -> PipelineError {
        guard case .failure(let error) = result, let error = error as? PipelineError, case .notEnded = error else {
            Issue.record("\(result)")
            throw CancellationError()
        }
        return error
    }

    private static func hanging(_ gate: Gate, timeout: Duration? = nil, concurrency: Int = 2) -> Pipeline {
        Pipeline("hangs") { graph in
            graph.source(ScriptedSource([records(0..<100)]), name: "numbers")
                .batches(
                    of: 5, concurrency: .fixed(concurrency),
                    options: .init(retry: .init(attempts: 100), timeout: timeout)
                ) { _ in
                    await gate.wait()
                    return .succeeded
                }.named("upload").forEach { _ in }
        }
    }

    @Test func aStopNamesTheCallsThatDoNotEnd() async throws {
        let gate = Gate()
        let result = try await Self.end(RunOptions(), gate, hanging: 2, Self.hanging(gate)) { stop, _ in stop.request()
        }
        let text = "\(try Self.notEnded(result))"
        #expect(text.contains("2 calls of operator 'upload' (in source 'numbers', partition 0)"), "\(text)")
        gate.open()
    }

    @Test func soDoesACancellation() async throws {
        let gate = Gate()
        let result = try await Self.end(RunOptions(), gate, Self.hanging(gate)) { _, run in run.cancel() }
        let text = "\(try Self.notEnded(result))"
        #expect(text.contains("of operator 'upload'"), "\(text)")
        gate.open()
    }

    @Test func whenAllPlacesAreLostTheOperatorFails() async throws {
        let gate = Gate()
        let pipeline = Self.hanging(gate, timeout: .milliseconds(50), concurrency: 2)
        let result = try await Self.end(RunOptions(), gate, hanging: 2, pipeline) { _, _ in }
        let text = "\(try Self.notEnded(result))"
        #expect(text.contains("of operator 'upload'") && text.contains("operator upload"), "\(text)")
        #expect(text.contains("go on although they were cancelled"), "\(text)")
        gate.open()
    }

    /// All is done but a call whose batch went through at its second attempt.
    @Test func aRunThatIsDoneIsNotHeldUpByALostCall() async throws {
        let (gate, output) = (Gate(), TestOutput<Int>())
        let attempts = Atomic(0)
        let pipeline = Pipeline("done") { graph in
            graph.source(ScriptedSource([Self.records(0..<5)]))
                .batches(of: 5, concurrency: 2, options: .init(retry: .init(attempts: 20), timeout: .seconds(1))) { _ in
                    if attempts.add(1, ordering: .relaxed).newValue == 1 { await gate.wait() }
                    return .succeeded
                }.sink(output)
        }
        let result = try await Self.end(RunOptions(), gate, pipeline) { _, _ in }
        #expect(try result.get().isFinished)
        #expect(output.records == Array(0..<5))
        gate.open()
    }
}
