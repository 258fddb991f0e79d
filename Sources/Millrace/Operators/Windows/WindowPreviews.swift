/// Which results a window's trigger asks for before its end: after how many records, and at which times by the clock.
///
/// Counts are state. What changed since the last preview is not: after a restart a preview may be missing, or come once
/// more; the window's own result is not touched by that.
@usableFromInline
final class WindowPreviews<Key: StreamKey> {
    private let trigger: WindowTrigger
    /// Records since the last result; `nil` where they do not matter.
    private let counts: SliceTables<Key, Int>?
    private var changed: [Int64: Set<Key>] = [:]
    private var due: Timestamp?

    @usableFromInline
    init(_ trigger: WindowTrigger, _ context: TaskContext, _ node: OperatorNode) {
        self.trigger = trigger
        counts = trigger.recordCount == nil ? nil : SliceTables(context, node, "trigger")
    }

    /// Notes a record; whether a result is due for it at once.
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

    /// When to look again, if anything is waiting.
    @usableFromInline
    func nextDue(after time: Timestamp) -> Timestamp? {
        guard let interval = trigger.earlyInterval, !changed.isEmpty else {
            due = nil
            return nil
        }
        if due == nil { due = time.advanced(by: interval) }
        return due
    }

    /// What changed since the last time, in an order that is always the same.
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
