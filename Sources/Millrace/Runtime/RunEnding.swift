import Dispatch
import Synchronization

/// Runs a pipeline, and does not wait without end for what does not come back when it is to end.
struct RunEnding {
    let supervisor: Supervisor
    let watch: RunWatch
    let options: RunOptions

    /// What a cancelled run has for coming back.
    private static let grace = Duration.seconds(2)

    /// As `Supervisor.run`; throws `PipelineError.notEnded` when the run does not end within `stopTimeout`.
    func run() async throws -> PipelineStatus {
        // A test schedules every step itself: what does not come back there has to be found by the test.
        guard let limit = options.stopTimeout, !options.writesInline else { return try await supervisor.run() }
        let (supervisor, watch, clock) = (supervisor, watch, options.clock)
        let outcome = Outcome()
        // Not a child: what does not end cannot be left behind otherwise.
        let work = Task {
            do { outcome.set(.success(try await supervisor.run())) } catch { outcome.set(.failure(error)) }
        }
        return try await withTaskCancellationHandler {
            let inTime = await outcome.wait { watch.endingSince.map { clock.now - $0 >= limit } ?? false }
            if let inTime { return try inTime.get() }
            let (holdUps, cause) = (watch.holdUps, watch.cause)
            work.cancel()
            let deadline = clock.now + Self.grace
            // What comes to its end after all has done so.
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

/// What a run came to, for one who waits for it, though not for ever.
private final class Outcome: Sendable {
    typealias Value = Result<PipelineStatus, any Error>

    private struct State {
        var value: Value?
        var waiter: CheckedContinuation<Value?, Never>?
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "millrace.ending")

    /// How often it is looked whether the wait is over.
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

    /// The outcome, or `nil` if `isOver` first. Timed on a thread of its own: all those of tasks may be held up.
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
