import Logging
import ServiceLifecycle

/// Stops a running pipeline from outside: what was read is finished, a last checkpoint is taken, and `run` returns.
public final class PipelineStop: Sendable {
    private let stopped = RequestBox()
    private let ending = RequestBox()
    let watch = RunWatch()

    /// A stop for one call of `run`.
    public init() {}

    /// Asks for the end; may be called from anywhere, any number of times.
    public func request() {
        ending.request()
        stopped.request()
    }

    /// What the run waits for at this moment, in words for a message: calls that operators have made, tasks that are at
    /// work, what is being stored. Empty if only its sources have to be read.
    public var waitsFor: [String] { watch.holdUps }

    /// Has `action` run at the first request; what else observes it comes and goes with attempts.
    func observeEnding(_ action: @escaping @Sendable () -> Void) { ending.observe(action) }
    func observe(_ action: @escaping @Sendable () -> Void) { stopped.observe(action) }
    var isRequested: Bool { stopped.isRequested }

    /// Runs `body`, and cancels it when the end is asked for: what waits for others then has nothing to wait for. Throws
    /// `StoppedEarly` if that ended it.
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

/// The end was asked for while something was waited for without which nothing can begin.
struct StoppedEarly: Error {}

extension Pipeline {
    /// Runs the pipeline to the end of its sources, or until it is stopped.
    ///
    /// Within a `ServiceGroup` of swift-service-lifecycle a graceful shutdown stops it as `stop` does: sources read no
    /// more, everything read is worked on, a last checkpoint is stored. Cancelling the task ends it at once, as a crash
    /// would. Neither takes longer than `RunOptions.stopTimeout`: `PipelineError.notEnded` names what did not come back.
    ///
    /// A process that stands by for another's state folder (`CheckpointOptions.standsBy`) and is stopped before its
    /// turn throws `CancellationError`.
    ///
    /// - Returns: the status at the end.
    /// - Throws: `StateError`, `SourceError`, `SinkError` for what is wrong at start; `PipelineError` for what failed
    ///   later and was not mended by restarting; `CancellationError`.
    @discardableResult
    public func run(_ options: RunOptions, stop: PipelineStop = PipelineStop()) async throws -> PipelineStatus {
        try await withGracefulShutdownHandler {
            guard let supervisor = try await supervisor(options, stop) else { throw CancellationError() }
            return try await RunEnding(supervisor: supervisor, watch: stop.watch, options: options).run()
        } onGracefulShutdown: {
            stop.request()
        }
    }

    /// Opens the state folder, and waits for it if it is in use and the options say so, or if its disk is full; `nil` if it
    /// was stopped first.
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

    /// How often a process that stands by looks whether it is its turn.
    private static var standByInterval: Duration { .milliseconds(300) }
}

/// A pipeline as a service: `ServiceGroup(services: [pipeline.service(options)], gracefulShutdownSignals: [.sigterm])`.
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
    /// This pipeline as a service.
    public func service(_ options: RunOptions) -> PipelineService { PipelineService(self, options) }
}
