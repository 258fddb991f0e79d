/// The memory budget of the tables of one task. Tables ask before they grow and evict entries first if they can. What
/// they had to take beyond the budget is reclaimed between two batches.
@usableFromInline
package final class MemoryBudget {
    /// The number of bytes that tables may take: three quarters of the task's memory. The rest is for what is added
    /// between the time at which the limit is reached and that at which memory has been reclaimed.
    package let limit: Int
    /// The number of bytes taken by all tables of the task, and by changes that are being stored.
    package private(set) var used = 0
    /// The number of bytes that the changes since the last checkpoint will take while they are stored.
    private var expected = 0
    /// The maximum of `used` so far.
    package private(set) var peak = 0
    /// Whether a table had to grow beyond the limit because its entries could not be evicted.
    private(set) var isUnderPressure = false
    private var tables: [ObjectIdentifier: () -> Void] = [:]
    private var underWay: [(checkpoint: UInt64, bytes: Int)] = []

    /// Creates a budget.
    ///
    /// - Parameter bytes: the memory of the task, in bytes, for all of its state.
    package init(bytes: Int) { limit = bytes - bytes / 4 }

    @usableFromInline
    package func take(_ bytes: Int) {
        used += bytes
        peak = max(peak, used)
    }

    @usableFromInline
    package func giveBack(_ bytes: Int) { used -= bytes }

    /// Adds to the bytes expected for changes; a negative number subtracts.
    @usableFromInline
    package func expect(_ bytes: Int) { expected += bytes }

    /// The number of bytes taken and expected.
    package var needed: Int { used + expected }

    @usableFromInline
    func allows(_ extra: Int) -> Bool { needed + extra <= limit }

    @usableFromInline
    func notePressure() { isUnderPressure = true }

    /// Registers a table. `shrink` evicts about half of its entries, if it can.
    @usableFromInline
    package func register(_ table: ObjectIdentifier, shrink: @escaping () -> Void) { tables[table] = shrink }

    @usableFromInline
    func unregister(_ table: ObjectIdentifier) { tables[table] = nil }
}

extension MemoryBudget {
    /// Whether memory has to be reclaimed.
    @usableFromInline
    package var isExceeded: Bool { isUnderPressure || needed > limit }

    /// The number of bytes that tables take, without changes that are being stored.
    private var standing: Int { used - underWay.reduce(0) { $0 + $1.bytes } }

    /// Makes the tables evict entries that are in the store until the budget is met. Returns false if that fails. If
    /// the changes alone exceed the budget, nothing can be evicted: they have to be stored first.
    package func reclaim() -> Bool {
        let share = limit - limit / 4
        if standing > share || isUnderPressure {
            let before = used
            // In each round, a table evicts half of its entries.
            for _ in 0..<4 {
                let left = used
                for shrink in tables.values where isUnderPressure || standing > share - share / 8 { shrink() }
                if standing <= share - share / 8 || used == left { break }
            }
            if used < before { isUnderPressure = false }
        }
        return !isExceeded
    }

    /// Clears the memory pressure, since nothing can be evicted.
    package func giveIn() { isUnderPressure = false }

    /// Counts the changes that were submitted for a checkpoint: twice, since the transaction that stores them holds a
    /// copy.
    package func takeChanges(_ bytes: Int, of checkpoint: UInt64) {
        underWay.append((checkpoint, bytes * 2))
        take(bytes * 2)
    }

    /// Whether changes were submitted that are not known to be stored.
    package var hasChangesUnderWay: Bool { !underWay.isEmpty }

    /// Releases the bytes of the changes up to a checkpoint, which are stored.
    package func giveBackChanges(upTo checkpoint: UInt64) {
        while let first = underWay.first, first.checkpoint <= checkpoint {
            giveBack(first.bytes)
            underWay.removeFirst()
        }
    }
}
