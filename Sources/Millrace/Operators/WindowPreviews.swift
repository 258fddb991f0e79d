/// Which results a window's trigger asks for before its end: after how many records, and at which times by the clock.
///
/// Counts are state. What changed since the last preview is not: after a restart a preview may be missing, or come once
/// more; the window's own result is not touched by that.
@usableFromInline
final class WindowPreviews<Key: StreamKey> {
    private let trigger: WindowTrigger
    private let context: TaskContext
    private let node: OperatorNode
    /// Records since the last result, a table for each slice.
    private var counts: [Int64: KeyedTable<Key, Int>] = [:]
    private var dropped: [Int64] = []
    private var changed: [Int64: Set<Key>] = [:]
    private var due: Timestamp?

    @usableFromInline
    init(_ trigger: WindowTrigger, _ context: TaskContext, _ node: OperatorNode) {
        self.trigger = trigger
        self.context = context
        self.node = node
    }

    /// Notes a record; whether a result is due for it at once.
    @usableFromInline
    func note(_ hash: UInt64, _ key: Key, _ slice: Int64) throws -> Bool {
        if trigger.earlyInterval != nil { changed[slice, default: []].insert(key) }
        guard let count = trigger.recordCount else { return false }
        let counts = table(slice)
        let slot = try counts.update(hash, key) { 0 }
        slot.pointee.value += 1
        guard slot.pointee.value >= count else { return false }
        try counts.remove(hash, key)
        return true
    }

    private func table(_ slice: Int64) -> KeyedTable<Key, Int> {
        if let known = counts[slice] { return known }
        let table = context.makeTable(node, "trigger", slice: Slice(slice), key: Key.self, value: Int.self)
        counts[slice] = table
        return table
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
        counts[slice] = nil
        if trigger.recordCount != nil { dropped.append(slice) }
    }

    @usableFromInline
    func prepare(_ snapshot: inout TaskSnapshot) {
        guard trigger.recordCount != nil, let stored = context.storedState(node, "trigger") else { return }
        var delta = snapshot.makeBuilder(stored)
        for slice in dropped { delta.drop(Slice(slice), hashes: context.hashes) }
        dropped.removeAll()
        for (slice, table) in counts.sorted(by: { $0.key < $1.key }) {
            table.encodeChanges(into: &delta, slice: Slice(slice), checkpoint: snapshot.checkpoint.value)
        }
        snapshot.add(&delta, stored, entries: counts.values.map(\.live).max() ?? 0)
    }
}

extension WindowTrigger {
    @usableFromInline
    var needsPreviews: Bool { earlyInterval != nil || recordCount != nil }
}
