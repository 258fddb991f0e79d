/// How much memory the tables of one task may take. They ask before they grow, and make room first if they can; what they
/// had to take beyond it is taken back between two batches.
@usableFromInline
package final class MemoryBudget {
    /// Bytes that tables may take: three quarters of what the task has. The rest is for what comes in between the moment
    /// at which they are full and the one at which there is room again.
    package let limit: Int
    /// Bytes taken by all tables of the task, and by changes on their way to the store.
    package private(set) var used = 0
    /// Bytes that what has changed since the last checkpoint will take on its way to the store.
    private var expected = 0
    /// The most that there was.
    package private(set) var peak = 0
    /// Set when a table had to grow beyond the limit because what there is could not be dropped.
    private(set) var isUnderPressure = false
    private var tables: [ObjectIdentifier: () -> Void] = [:]
    private var underWay: [(checkpoint: UInt64, bytes: Int)] = []

    /// - Parameter bytes: of the task, for all of its state.
    package init(bytes: Int) { limit = bytes - bytes / 4 }

    @usableFromInline
    package func take(_ bytes: Int) {
        used += bytes
        peak = max(peak, used)
    }

    @usableFromInline
    package func giveBack(_ bytes: Int) { used -= bytes }

    /// More has changed that will have to go to the store; less, if it has gone.
    @usableFromInline
    package func expect(_ bytes: Int) { expected += bytes }

    /// Bytes taken, and those that are to come.
    package var needed: Int { used + expected }

    @usableFromInline
    func allows(_ extra: Int) -> Bool { needed + extra <= limit }

    @usableFromInline
    func notePressure() { isUnderPressure = true }

    /// Registers a table: `shrink` drops about half of it, if it can.
    @usableFromInline
    package func register(_ table: ObjectIdentifier, shrink: @escaping () -> Void) { tables[table] = shrink }

    @usableFromInline
    func unregister(_ table: ObjectIdentifier) { tables[table] = nil }
}

extension MemoryBudget {
    /// Whether there is something to take back.
    @usableFromInline
    package var isExceeded: Bool { isUnderPressure || needed > limit }

    /// What tables take, without changes on their way.
    private var standing: Int { used - underWay.reduce(0) { $0 + $1.bytes } }

    /// Has the tables drop what the store has until there is room again, for them and for changes; false if they cannot.
    /// Where changes alone are too much, there is nothing to drop: they have to be stored.
    package func reclaim() -> Bool {
        let share = limit - limit / 4
        if standing > share || isUnderPressure {
            let before = used
            // Each time a table drops half of what it has.
            for _ in 0..<4 {
                let left = used
                for shrink in tables.values where isUnderPressure || standing > share - share / 8 { shrink() }
                if standing <= share - share / 8 || used == left { break }
            }
            if used < before { isUnderPressure = false }
        }
        return !isExceeded
    }

    /// Goes on as if there were room: what there is cannot leave.
    package func giveIn() { isUnderPressure = false }

    /// Counts the changes that were handed in for a checkpoint: once as they are, once in the transaction that stores them.
    package func takeChanges(_ bytes: Int, of checkpoint: UInt64) {
        underWay.append((checkpoint, bytes * 2))
        take(bytes * 2)
    }

    /// Changes were handed in, and are not known to be stored.
    package var hasChangesUnderWay: Bool { !underWay.isEmpty }

    /// Everything up to a checkpoint is stored.
    package func giveBackChanges(upTo checkpoint: UInt64) {
        while let first = underWay.first, first.checkpoint <= checkpoint {
            giveBack(first.bytes)
            underWay.removeFirst()
        }
    }
}
