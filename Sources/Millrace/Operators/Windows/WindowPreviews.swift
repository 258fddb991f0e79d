/// The early results of a window that its trigger asks for: after a number of records, or at an interval of the clock.
///
/// Counts are part of the state. The set of keys that changed since the last early result is not: after a restart an
/// early result may be missing or repeated. The result at the window's end is not affected.
@usableFromInline
final class WindowPreviews<Key: StreamKey> {
    private let trigger: WindowTrigger
    /// The number of records since the last result; `nil` if the trigger does not count records.
    private let counts: SliceTables<Key, Int>?
    private var changed: [Int64: Set<Key>] = [:]
    private var due: Timestamp?

    @usableFromInline
    init(_ trigger: WindowTrigger, _ context: TaskContext, _ node: OperatorNode) {
        self.trigger = trigger
        counts = trigger.recordCount == nil ? nil : SliceTables(context, node, "trigger")
    }

    /// Counts a record; returns whether a result is due at once.
    @usableFromInline
    func note(_ hash: UInt64, _ key: Key, _ slice: Int64) throws -> Bool {
        if trigger.earlyInterval != nil { changed[slice, default: []].insert(key) }
        guard let count = trigger.recordCount, let counts = try counts?.table(slice) else { return false }
        let slot = try counts.update(hash, key) { 0 }
        slot.pointee.value += 1
        guard slot.pointee.value >= count else { return false }
        try counts.remove(hash, key)
        return true
    }

    @usableFromInline
    func isDue(at time: Timestamp) -> Bool { due.map { $0 <= time } ?? false }

    /// Returns when the next early results are due, if any key has changed.
    @usableFromInline
    func nextDue(after time: Timestamp) -> Timestamp? {
        guard let interval = trigger.earlyInterval, !changed.isEmpty else {
            due = nil
            return nil
        }
        if due == nil { due = time.advanced(by: interval) }
        return due
    }

    /// Returns the keys that changed since the last call, in a deterministic order.
    @usableFromInline
    func takeChanged() -> [(Int64, [Key])] {
        defer {
            changed = [:]
            due = nil
        }
        return changed.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.sorted { $0.frozenHash < $1.frozenHash }) }
    }

    @usableFromInline
    func forget(_ slice: Int64) {
        changed[slice] = nil
        counts?.forget(slice)
    }

    @usableFromInline
    func prepare(_ snapshot: inout TaskSnapshot) throws { try counts?.prepare(&snapshot) }
}

extension WindowTrigger {
    @usableFromInline
    var needsPreviews: Bool { earlyInterval != nil || recordCount != nil }
}
