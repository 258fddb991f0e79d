import Synchronization

/// A flag for a request, which notifies an observer, also one that is added after the request.
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

    /// Returns whether the request was made, and clears it.
    func take() -> Bool {
        state.withLock { state in
            defer { state.isRequested = false }
            return state.isRequested
        }
    }

    /// Replaces the observer.
    func observe(_ observer: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            state.observer = observer
            return state.isRequested
        }
        if isRequested { observer() }
    }
}
