public import Millrace
import Synchronization

/// Runs pipelines without a wall clock and on one thread: time passes only when every task waits for it, and a seed
/// decides which task goes next.
///
/// ```swift
/// let output = TestOutput<Keyed<String, Int>>()
/// let pipeline = Pipeline("test") { graph in
///     graph.source(ScriptedSource([...])).keyed { $0 }.fold(into: 0) { count, _ in count += 1 }.sink(output)
/// }
/// var test = PipelineTest(seed: 7, checkpoints: .init(directory: folder, every: .milliseconds(10)))
/// try test.runUntilCrash(pipeline, at: .committed(CheckpointNumber(2)))     // dies there
/// try test.run(pipeline, parallelism: 3)                                    // goes on from the checkpoint
/// #expect(output.records == ...)
/// ```
public struct PipelineTest: Sendable {
    /// Decides the order in which tasks run.
    public var seed: UInt64
    /// Time as the pipeline sees it; goes on from one run to the next.
    public let clock = ManualClock()
    /// The options of the runs.
    public var options: RunOptions
    /// A run that takes longer than this by the clock is stuck (`PipelineStuck`): tasks that wait for each other do not
    /// keep the clock from going on.
    public var patience = Duration.seconds(24 * 3600)

    /// - Parameters:
    ///   - seed: decides the order in which tasks run.
    ///   - checkpoints: where checkpoints go; none if not given.
    public init(seed: UInt64, checkpoints: CheckpointOptions? = nil) {
        self.seed = seed
        options = RunOptions(checkpoints: checkpoints)
        options.clock = clock
        options.writesInline = true
        options.restart = .never
        options.logger.logLevel = .critical
    }

    /// Runs to the end.
    @discardableResult
    public func run(_ pipeline: Pipeline, parallelism: Int = 1) throws -> PipelineStatus {
        try run(pipeline, parallelism, CrashSwitch.off, stop: PipelineStop())
    }

    /// Runs until it dies at `point`; false if it came to its end without reaching that.
    @discardableResult
    public func runUntilCrash(_ pipeline: Pipeline, parallelism: Int = 1, at point: CrashPoint) throws -> Bool {
        do {
            _ = try run(
                pipeline, parallelism, CrashSwitch { if $0 == point.step { throw SimulatedCrash(at: $0) } },
                stop: PipelineStop())
            return false
        } catch let crash as SimulatedCrash where crash.step == point.step {
            return true
        }
    }

    /// Runs until `time` on the clock, then drains it as SIGTERM does.
    @discardableResult
    public func run(_ pipeline: Pipeline, parallelism: Int = 1, stoppingAt time: Duration) throws -> PipelineStatus {
        try run(pipeline, parallelism, .off, stop: PipelineStop(), stoppingAt: time)
    }

    private func run(
        _ pipeline: Pipeline, _ parallelism: Int, _ crash: CrashSwitch, stop: PipelineStop,
        stoppingAt stopTime: Duration? = nil
    ) throws -> PipelineStatus {
        var options = options
        options.parallelism = .tasks(parallelism)
        options.crash = crash
        let executor = SeededExecutor(seed: seed)
        let result = ResultBox()
        let finalOptions = options
        let task = Task(executorPreference: executor) {
            do {
                result.set(.success(try await pipeline.run(finalOptions, stop: stop)))
            } catch {
                result.set(.failure(error))
            }
        }
        let lastTime = clock.now + patience
        while true {
            executor.runUntilIdle()
            if let result = result.get { return try result.get() }
            if let stopTime, clock.now >= stopTime { stop.request() }
            guard let next = clock.nextDeadline, next <= lastTime else {
                task.cancel()
                throw PipelineStuck(seed: seed, time: clock.now)
            }
            clock.advance(to: next)
        }
    }
}

/// Every task waits, and none for time, or for longer than the test's patience: nothing will ever happen again.
public struct PipelineStuck: Error, CustomStringConvertible {
    let seed: UInt64
    let time: Duration
    public var description: String {
        "the pipeline is stuck at \(time) with seed \(seed): every task waits for another"
    }
}

private final class ResultBox: Sendable {
    private let value = Mutex<Result<PipelineStatus, any Error>?>(nil)
    var get: Result<PipelineStatus, any Error>? { value.withLock { $0 } }
    func set(_ result: Result<PipelineStatus, any Error>) { value.withLock { $0 = result } }
}
