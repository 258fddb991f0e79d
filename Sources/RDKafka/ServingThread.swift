import Foundation
import Synchronization

/// A thread that does one thing over and over until it is stopped.
final class ServingThread: Sendable {
    private let name: String
    private let isStopped = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)
    private let isStarted = Atomic(false)

    init(name: String) { self.name = name }

    /// - Parameter body: returns false when there is nothing more to do.
    func start(_ body: @escaping @Sendable () -> Bool) {
        isStarted.store(true, ordering: .relaxed)
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .acquiring), body() {}
            ended.signal()
        }
        thread.name = name
        thread.start()
    }

    /// Returns when the thread has ended. Not to be called from it.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        if isStarted.exchange(false, ordering: .relaxed) { ended.wait() }
    }
}
