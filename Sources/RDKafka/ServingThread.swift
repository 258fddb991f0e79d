import Dispatch
import Foundation
import Synchronization

/// A thread that calls a function repeatedly until it is stopped, and then a final function.
final class ServingThread: Sendable {
    private struct State {
        var last: (@Sendable () -> Void)?
        var thread: ObjectIdentifier?
    }

    private let name: String
    private let isStopped = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    init(name: String) { self.name = name }

    /// Starts the thread.
    ///
    /// - Parameter body: called repeatedly.
    func start(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .acquiring) { body() }
            let last = state.withLock { state in
                defer { state.last = nil }
                return state.last
            }
            last?()
            ended.signal()
        }
        thread.name = name
        let identity = ObjectIdentifier(thread)
        state.withLock { $0.thread = identity }
        thread.start()
    }

    /// Lets the thread call `last` after its current call, and end. May be called only once.
    ///
    /// Returns true when the thread has ended, false if it has not after `limit`. If called on the thread itself, it
    /// returns true without waiting.
    func stop(within limit: Duration, last: @escaping @Sendable () -> Void) -> Bool {
        let current = ObjectIdentifier(Thread.current)
        let isOwn = state.withLock { state in
            state.last = last
            return state.thread == current
        }
        isStopped.store(true, ordering: .releasing)
        if isOwn { return true }
        return ended.wait(timeout: .now() + .milliseconds(Int(limit.clampedMilliseconds))) == .success
    }
}
