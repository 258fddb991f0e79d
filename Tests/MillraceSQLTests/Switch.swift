import Synchronization

/// True the first time it is asked.
final class Switch: Sendable {
    private let state = Mutex(false)

    var isFlipped: Bool { state.withLock { $0 } }

    func flip() -> Bool {
        state.withLock { state in
            defer { state = true }
            return !state
        }
    }
}
