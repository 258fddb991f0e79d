import Foundation

/// Blocks readers while the map is moved: LMDB requires that no transaction is open in the process meanwhile.
///
/// Readers hold the gate for one batch at most, so that the writer does not wait long. `@unchecked Sendable`: the
/// variables are only accessed with the condition's lock held.
final class ReaderGate: @unchecked Sendable {
    private let condition = NSCondition()
    private var readers = 0
    private var isClosed = false
    private var moves = 0

    /// Waits until the map is not being moved, and prevents moving it until `leave`. Returns the number of times it has
    /// moved.
    @discardableResult
    func enter() -> Int {
        condition.lock()
        defer { condition.unlock() }
        while isClosed { condition.wait() }
        readers += 1
        return moves
    }

    func leave() {
        condition.lock()
        readers -= 1
        if readers == 0 { condition.broadcast() }
        condition.unlock()
    }

    func withoutReaders(_ body: () throws -> Void) rethrows {
        condition.lock()
        while isClosed { condition.wait() }
        isClosed = true
        while readers > 0 { condition.wait() }
        condition.unlock()
        defer {
            condition.lock()
            isClosed = false
            moves += 1
            condition.broadcast()
            condition.unlock()
        }
        try body()
    }
}
