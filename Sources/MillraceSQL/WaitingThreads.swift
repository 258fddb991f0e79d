import Dispatch
import Synchronization

/// A limited number of threads for blocking calls, so that the threads of Swift concurrency do not block. Further calls
/// wait in a queue.
///
/// ```swift
/// let threads = WaitingThreads(count: 4)
/// let rows = try await threads.perform {
///     try database.withSession(inTransaction: false) { try $0.query("SELECT id FROM orders", []) }
/// }
/// ```
public final class WaitingThreads: Sendable {
    private struct State {
        var free: Int
        var turns: [@Sendable () -> Void] = []
        var first = 0
    }

    private let state: Mutex<State>

    /// Creates a pool.
    ///
    /// - Parameter count: The maximum number of concurrent calls; values below 1 are treated as 1.
    public init(count: Int) {
        state = Mutex(State(free: max(count, 1)))
    }

    /// Runs `work` on a thread that may block, in the order of the calls.
    ///
    /// - Parameter work: The blocking call.
    /// - Returns: The result of `work`.
    /// - Throws: The error of `work`, or `CancellationError` if the task was cancelled before the call.
    public func perform<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            enqueue { continuation.resume(with: Result { try work() }) }
        }
    }

    private func enqueue(_ turn: @escaping @Sendable () -> Void) {
        let mayRun = state.withLock { state in
            if state.free > 0 {
                state.free -= 1
                return true
            }
            state.turns.append(turn)
            return false
        }
        if mayRun { DispatchQueue.global().async { self.run(turn) } }
    }

    /// Runs `turn` and then the queued calls until none are left.
    private func run(_ turn: @escaping @Sendable () -> Void) {
        var next: (@Sendable () -> Void)? = turn
        while let current = next {
            current()
            next = state.withLock { state in
                guard state.first < state.turns.count else {
                    state.turns.removeAll(keepingCapacity: true)
                    state.first = 0
                    state.free += 1
                    return nil
                }
                defer { state.first += 1 }
                return state.turns[state.first]
            }
        }
    }
}
