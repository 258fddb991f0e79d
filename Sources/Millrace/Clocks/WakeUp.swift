import Dispatch
import Synchronization

/// A sleep on the machine's clock that does not depend on Swift's thread pool. `Task.sleep` resumes through a job in
/// the pool's queue, which does not run while tasks that never suspend occupy every thread.
final class WakeUp: Sendable {
    private enum State {
        case before
        case waiting(UnsafeContinuation<Bool, Never>)
        case over(wasCancelled: Bool)
    }

    private let state = Mutex(State.before)
    private static let queue = DispatchQueue(label: "millrace.timer", qos: .userInitiated)

    /// Returns after `duration`, or throws `CancellationError`.
    static func sleep(for duration: Duration) async throws {
        guard duration > .zero else { return try Task.checkCancellation() }
        let wakeUp = WakeUp()
        // Longer durations are cut to about 34 years, so that the nanoseconds do not overflow.
        let nanoseconds = Int(min(duration, .seconds(1 << 30)) / .nanoseconds(1))
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { wakeUp.end(cancelled: false) }
        let wasCancelled = await withTaskCancellationHandler {
            await withUnsafeContinuation { wakeUp.wait($0) }
        } onCancel: {
            wakeUp.end(cancelled: true)
        }
        if wasCancelled { throw CancellationError() }
    }

    private func wait(_ continuation: UnsafeContinuation<Bool, Never>) {
        let ended = state.withLock { state -> Bool? in
            if case .over(let wasCancelled) = state { return wasCancelled }
            state = .waiting(continuation)
            return nil
        }
        if let ended { continuation.resume(returning: ended) }
    }

    private func end(cancelled: Bool) {
        let waiter = state.withLock { state -> UnsafeContinuation<Bool, Never>? in
            defer { if case .over = state {} else { state = .over(wasCancelled: cancelled) } }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume(returning: cancelled)
    }
}
