public import Millrace
import Synchronization

/// Runs pipelines deterministically, on one thread and without a wall clock, and simulates crashes.
///
/// The clock advances only when every task waits for it, and a seed determines the order in which tasks run.
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
    /// Determines the order in which tasks run.
    public var seed: UInt64
    /// The clock of the pipeline. It continues from one run to the next.
    public let clock = ManualClock()
    /// The options of the runs. Parallelism is set by each call of `run`.
    public var options: RunOptions
    /// The longest time that a run may take by the clock; beyond it, `run` throws ``PipelineStuck``. Detects tasks that
    /// wait for each other while others let the clock advance. Default: 24 h.
    public var timeout = Duration.seconds(24 * 3600)

    /// Creates a test.
    ///
    /// Runs do not restart after failures, and log only critical messages; see ``options``.
    ///
    /// - Parameters:
    ///   - seed: determines the order in which tasks run.
    ///   - checkpoints: where and how often state is stored. Default: no checkpoints.
    public init(seed: UInt64, checkpoints: CheckpointOptions? = nil) {
        self.seed = seed
        options = RunOptions(checkpoints: checkpoints)
        options.clock = clock
        options.writesInline = true
        options.restart = .never
        options.logger.logLevel = .critical
    }

    /// Runs a pipeline until its sources end.
    ///
    /// - Parameters:
    ///   - pipeline: the pipeline to run.
    ///   - parallelism: the number of tasks of each keyed stage. Default: 1.
    /// - Returns: the status at the end of the run.
    /// - Throws: ``PipelineStuck``, or the error of the run.
    @discardableResult
    public func run(_ pipeline: Pipeline, parallelism: Int = 1) throws -> PipelineStatus {
        try run(pipeline, parallelism, CrashSwitch.off, stop: PipelineStop())
    }

    /// Runs a pipeline until it crashes at a step of the commit protocol.
    ///
    /// - Parameters:
    ///   - pipeline: the pipeline to run.
    ///   - parallelism: the number of tasks of each keyed stage. Default: 1.
    ///   - point: where to crash.
    /// - Returns: whether the run crashed there; false if it ended without reaching the step.
    /// - Throws: ``PipelineStuck``, or the error of the run.
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

    /// Runs a pipeline until a time on the clock, and then stops it as SIGTERM does: what has been read is processed,
    /// and a last checkpoint is stored.
    ///
    /// - Parameters:
    ///   - pipeline: the pipeline to run.
    ///   - parallelism: the number of tasks of each keyed stage. Default: 1.
    ///   - time: when to stop.
    /// - Returns: the status at the end of the run.
    /// - Throws: ``PipelineStuck``, or the error of the run.
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
        let lastTime = clock.now + timeout
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

/// An error for a run that cannot end: every task waits, either not for the clock or longer than
/// ``PipelineTest/timeout``.
///
/// ```swift
/// var test = PipelineTest(seed: 7)
/// test.timeout = .minutes(10)
/// do { try test.run(pipeline) } catch let stuck as PipelineStuck {
///     print(stuck)      // the pipeline is stuck at 12.0 seconds with seed 7: ...
/// }
/// ```
public struct PipelineStuck: Error, CustomStringConvertible {
    let seed: UInt64
    let time: Duration
    public var description: String {
        "the pipeline is stuck at \(time) with seed \(seed): every task waits for another, or for longer than the test's timeout"
    }
}

private final class ResultBox: Sendable {
    private let value = Mutex<Result<PipelineStatus, any Error>?>(nil)
    var get: Result<PipelineStatus, any Error>? { value.withLock { $0 } }
    func set(_ result: Result<PipelineStatus, any Error>) { value.withLock { $0 = result } }
}
