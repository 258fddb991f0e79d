import Dispatch
import Foundation
import Synchronization

/// A thread that does one thing over and over until it is stopped, and then one last thing.
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

    /// - Parameter body: does it once.
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

    /// Has the thread do `last` when it is done with what it is doing, and end; once. Returns when it has ended, false if it
    /// has not after `limit`. On the thread itself there is no waiting.
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
