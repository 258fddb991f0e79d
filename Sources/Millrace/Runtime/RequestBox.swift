import Synchronization

/// Remembers that something was asked for, and tells whoever observes it, also if that comes later.
final class RequestBox: Sendable {
    private struct State {
        var isRequested = false
        var observers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.isRequested } }

    func request() {
        let observers = state.withLock { state in
            state.isRequested = true
            return state.observers
        }
        for observer in observers { observer() }
    }

    func observe(_ observer: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            state.observers.append(observer)
            return state.isRequested
        }
        if isRequested { observer() }
    }
}
