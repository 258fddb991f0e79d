import Synchronization

/// Remembers that something was asked for, and tells whoever observes it, also if that comes later.
final class RequestBox: Sendable {
    private struct State {
        var isRequested = false
        var observer: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.isRequested } }

    func request() {
        let observer = state.withLock { state in
            state.isRequested = true
            return state.observer
        }
        observer?()
    }

    /// True if it was asked for; it then counts as done.
    func take() -> Bool {
        state.withLock { state in
            defer { state.isRequested = false }
            return state.isRequested
        }
    }

    /// From now on this observer is told, and no other.
    func observe(_ observer: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            state.observer = observer
            return state.isRequested
        }
        if isRequested { observer() }
    }
}
