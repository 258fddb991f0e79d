import Synchronization

/// Counts, from anywhere.
final class Counter: Sendable {
    private let count = Mutex(0)
    func add(_ more: Int) { count.withLock { $0 += more } }
    func reset() { count.withLock { $0 = 0 } }
    var value: Int { count.withLock { $0 } }
}
