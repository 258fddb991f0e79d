import Foundation

/// Keeps readers out while the map is moved: LMDB wants no transaction open in the process then.
///
/// Readers pass for the length of one batch at most, so that the writer never waits long.
/// `@unchecked Sendable`: both variables are only touched with the condition's lock held.
final class ReaderGate: @unchecked Sendable {
    private let condition = NSCondition()
    private var readers = 0
    private var isClosed = false
    private var moves = 0

    /// Waits until the map stands still, and keeps it there until `leave`. Returns how often it has moved.
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
