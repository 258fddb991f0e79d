import Logging
import ServiceLifecycle

/// A handle that stops a running pipeline from outside. The sources stop, all records that were read are processed, a
/// last checkpoint is stored, and `run` returns.
///
/// Restart: a later run with the same state folder resumes from that checkpoint.
///
/// ```swift
/// let stop = PipelineStop()
/// async let end = pipeline.run(options, stop: stop)
/// try await Task.sleep(for: .seconds(60))
/// stop.request()
/// print("\(try await end.records) records in a minute")
/// ```
public final class PipelineStop: Sendable {
    private let stopped = RequestBox()
    private let ending = RequestBox()
    let watch = RunWatch()

    /// Creates a handle for one call of `run`.
    public init() {}

    /// Requests the stop. May be called from any thread, and repeatedly.
    public func request() {
        ending.request()
        stopped.request()
    }

    /// What the run is waiting for at this moment, as texts for messages: calls of operators, tasks that are busy,
    /// steps such as storing a checkpoint. Empty if there is nothing but input to wait for.
    public var waitsFor: [String] { watch.holdUps }

    /// Calls `action` at the first request. The observers of `observe` are replaced with each attempt.
    func observeEnding(_ action: @escaping @Sendable () -> Void) { ending.observe(action) }
    func observe(_ action: @escaping @Sendable () -> Void) { stopped.observe(action) }
    var isRequested: Bool { stopped.isRequested }

    /// Runs `body`, and cancels it when the stop is requested. Throws `StoppedEarly` if that ended it.
    func cancelling<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        let signal = TaskSignal()
        observe { signal.wake() }
        return try await withThrowingTaskGroup(of: R?.self) { group in
            defer { signal.wake() }
            group.addTask { try await body() }
            group.addTask {
                await signal.wait()
                return nil
            }
            if let result = try await group.next() ?? nil { return result }
            group.cancelAll()
            do {
                guard let result = try await group.next() ?? nil else { throw StoppedEarly() }
                return result
            } catch is CancellationError where !Task.isCancelled {
                throw StoppedEarly()
            }
        }
    }
}

/// The stop was requested before the run could begin.
struct StoppedEarly: Error {}

extension Pipeline {
    /// Runs the pipeline until its sources end, or until it is stopped.
    ///
    /// Within a `ServiceGroup` of swift-service-lifecycle a graceful shutdown has the same effect as `stop`: sources
    /// stop, all records that were read are processed, and a last checkpoint is stored. Cancelling the task ends the
    /// run at once, as a crash would. Both are limited by ``RunOptions/stopTimeout``, after which the run throws
    /// ``PipelineError/notEnded(within:waitingFor:checkpoint:cause:)``.
    ///
    /// Restart: with a state folder that has a checkpoint, the run resumes there: state, source positions and output
    /// are restored to it.
    ///
    /// - Parameters:
    ///   - options: the settings of the run.
    ///   - stop: a handle to stop the run from outside.
    /// - Returns: the status at the end.
    /// - Throws: ``ConfigurationError`` if the pipeline or the options are invalid; `StateError`, ``SourceError`` or
    ///   ``SinkError`` if the run cannot start; ``PipelineError`` if it failed later and the restart strategy allowed
    ///   no further restart; `CancellationError` if the task was cancelled, or if the run was stopped while it waited
    ///   for the state folder (``CheckpointOptions/standsBy``).
    @discardableResult
    public func run(_ options: RunOptions, stop: PipelineStop = PipelineStop()) async throws -> PipelineStatus {
        try await withGracefulShutdownHandler {
            guard let supervisor = try await supervisor(options, stop) else { throw CancellationError() }
            return try await RunEnding(supervisor: supervisor, watch: stop.watch, options: options).run()
        } onGracefulShutdown: {
            stop.request()
        }
    }

    /// Opens the state folder. Waits if it is in use and the options say so, or if its disk is full; returns `nil` if
    /// it was stopped before.
    private func supervisor(_ options: RunOptions, _ stop: PipelineStop) async throws -> Supervisor? {
        var hasSaid = false
        var decider = RestartDecider(options.restart)
        while true {
            do { return try Supervisor(self, options, stop) } catch let error as StateError
                where error.kind == .inUse && options.checkpoints?.standsBy ?? false
            {
                if !hasSaid { options.logger.notice("\(name) stands by: \(error.problem)") }
                hasSaid = true
                if stop.isRequested { return nil }
                try await options.clock.sleep(until: options.clock.now + Self.standByInterval)
            } catch let error as StateError where error.isTransient {
                let now = options.clock.now
                guard let delay = decider.delay(afterFailureAt: now, isTransient: true) else { throw error }
                options.logger.error("\(name) cannot open its state folder, and tries again in \(delay): \(error)")
                let deadline = now + delay
                while options.clock.now < deadline {
                    if stop.isRequested { return nil }
                    try await options.clock.sleep(until: min(deadline, options.clock.now + Self.standByInterval))
                }
            }
        }
    }

    /// How often a standby process checks whether the state folder is free.
    private static var standByInterval: Duration { .milliseconds(300) }
}

/// A pipeline as a service of swift-service-lifecycle, created by ``Pipeline/service(_:)``. It is stopped by a graceful
/// shutdown of its group:
///
/// `ServiceGroup(services: [pipeline.service(options)], gracefulShutdownSignals: [.sigterm])`
///
/// ```swift
/// import Logging
/// import ServiceLifecycle
/// import UnixSignals
///
/// let service = pipeline.service(RunOptions(checkpoints: .init(directory: "state")))
/// let logger = Logger(label: "orders")
/// try await ServiceGroup(services: [service], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
public struct PipelineService: Service {
    private let pipeline: Pipeline
    private let options: RunOptions

    init(_ pipeline: Pipeline, _ options: RunOptions) {
        self.pipeline = pipeline
        self.options = options
    }

    /// Runs until the sources end or the group shuts down.
    public func run() async throws { try await pipeline.run(options) }
}

extension Pipeline {
    /// Returns this pipeline as a service of swift-service-lifecycle.
    ///
    /// - Parameter options: the settings of the run.
    public func service(_ options: RunOptions) -> PipelineService { PipelineService(self, options) }
}
