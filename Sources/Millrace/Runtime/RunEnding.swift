import Dispatch
import Synchronization

/// Runs a pipeline, and limits the time for which it may take to end.
struct RunEnding {
    let supervisor: Supervisor
    let watch: RunWatch
    let options: RunOptions

    /// The time that a cancelled run has to return.
    private static let grace = Duration.seconds(2)

    /// Does the same as `Supervisor.run`, but throws `PipelineError.notEnded` if the run does not end within
    /// `stopTimeout`.
    func run() async throws -> PipelineStatus {
        // Tests that schedule every step themselves have to find a task that does not end.
        guard let limit = options.stopTimeout, !options.writesInline else { return try await supervisor.run() }
        let (supervisor, watch, clock) = (supervisor, watch, options.clock)
        let outcome = Outcome()
        // Not a child task, because a child that does not end could not be abandoned.
        let work = Task {
            do { outcome.set(.success(try await supervisor.run())) } catch { outcome.set(.failure(error)) }
        }
        return try await withTaskCancellationHandler {
            let inTime = await outcome.wait { watch.endingSince.map { clock.now - $0 >= limit } ?? false }
            if let inTime { return try inTime.get() }
            let (holdUps, cause) = (watch.holdUps, watch.cause)
            work.cancel()
            let deadline = clock.now + Self.grace
            // The run has ended after all.
            if case .success(let status) = await outcome.wait(isOver: { clock.now >= deadline }) { return status }
            let error = PipelineError.notEnded(
                within: limit, waitingFor: holdUps, checkpoint: supervisor.lastCheckpoint, cause: cause)
            guard watch.last != nil else { throw error }
            options.logger.error("all checkpoints are stored and all output is published, but: \(error)")
            return supervisor.status
        } onCancel: {
            watch.stop(clock.now)
            work.cancel()
        }
    }
}

/// The result of a run, for a caller that waits for a limited time.
private final class Outcome: Sendable {
    typealias Value = Result<PipelineStatus, any Error>

    private struct State {
        var value: Value?
        var waiter: CheckedContinuation<Value?, Never>?
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "millrace.ending")

    /// How often `isOver` is checked.
    private static let interval = DispatchTimeInterval.milliseconds(100)

    func set(_ value: Value) {
        state.withLock { $0.value = value }
        resume()
    }

    private func resume() {
        let (waiter, value) = state.withLock { state in
            defer { state.waiter = nil }
            return (state.waiter, state.value)
        }
        waiter?.resume(returning: value)
    }

    /// Returns the outcome, or `nil` if `isOver` returns true before. The timer has a thread of its own, because all
    /// threads of the pool may be blocked.
    func wait(isOver: @escaping @Sendable () -> Bool) async -> Value? {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { [self] in if isOver() { resume() } }
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval, leeway: Self.interval)
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            let isSet = state.withLock { state in
                state.waiter = continuation
                return state.value != nil
            }
            if isSet { resume() }
            timer.activate()
        }
    }
}
