import Dispatch
import Synchronization

/// Threads that may wait for a database, so that Swift's own never do: so many at once, the rest waits its turn.
public final class WaitingThreads: Sendable {
    private struct State {
        var free: Int
        var turns: [@Sendable () -> Void] = []
        var first = 0
    }

    private let state: Mutex<State>

    /// At most `count` pieces of work at once; one at least.
    public init(count: Int) {
        state = Mutex(State(free: max(count, 1)))
    }

    /// Does `work` on a thread that may wait, when it is its turn.
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

    /// Runs one turn after the other until none is waiting.
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
