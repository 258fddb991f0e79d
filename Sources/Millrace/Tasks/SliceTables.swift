/// Keyed state in slices of time, in one task: a table for each slice, opened when it is first needed and dropped as a
/// whole.
@usableFromInline
final class SliceTables<Key: StreamKey, Value: StateValue> {
    @usableFromInline typealias Table = KeyedTable<Key, Value>

    @usableFromInline let context: TaskContext
    @usableFromInline let node: OperatorNode
    @usableFromInline let name: String
    @usableFromInline let stored: StoredState?
    /// By the end of the slice. Slices that are only in the store so far have no table.
    @usableFromInline var tables: [Int64: Table?] = [:]
    /// The ends of the slices, in order.
    @usableFromInline var ends = SliceEnds()
    /// Slices that are dropped, but may still have entries in the store.
    @usableFromInline var dropped: [Int64] = []
    @usableFromInline var hasLoaded = false
    /// The size of an entry in the slice that changed last, as the first estimate for new slices.
    @usableFromInline var entryBytes: (encoded: Int, heap: Int)?

    @inlinable
    init(_ context: TaskContext, _ node: OperatorNode, _ name: String) {
        self.context = context
        self.node = node
        self.name = name
        stored = context.storedState(node, name)
    }

    /// Loads the list of slices in the checkpoint.
    @inlinable
    func load() throws {
        if hasLoaded { return }
        hasLoaded = true
        for slice in try stored?.storedSlices() ?? [] where tables[slice.value] == nil {
            tables[slice.value] = .some(nil)
            ends.insert(slice.value)
        }
    }

    /// Returns the table of a slice, and opens it if necessary.
    @inlinable
    func table(_ end: Int64) throws -> Table {
        if case .some(.some(let table)) = tables[end] { return table }
        try load()
        let isStored = tables[end] != nil
        let table = context.makeTable(
            node, name, slice: Slice(end), isStored: isStored, key: Key.self, value: Value.self)
        if let entryBytes { table.entryBytes = entryBytes }
        tables[end] = .some(table)
        if !isStored { ends.insert(end) }
        return table
    }

    /// Whether the slice exists.
    @inlinable
    func holds(_ end: Int64) -> Bool { tables[end] != nil }

    /// Returns the table of a slice if it is open.
    @inlinable
    func opened(_ end: Int64) -> Table? {
        if case .some(.some(let table)) = tables[end] { table } else { nil }
    }

    @inlinable
    func forget(_ end: Int64) {
        ends.remove(end)
        if case .some(let table) = tables.removeValue(forKey: end), table?.isStored ?? true { dropped.append(end) }
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        guard let stored else { return }
        try load()
        var delta = snapshot.makeBuilder(stored)
        for end in dropped { delta.drop(Slice(end), hashes: context.hashes) }
        dropped.removeAll()
        var entries = 0
        for end in ends {
            guard case .some(.some(let table)) = tables[end] else { continue }
            let before = delta.encodedBytes
            table.encodeChanges(into: &delta, slice: Slice(end), checkpoint: snapshot.checkpoint.value)
            if delta.encodedBytes > before { entryBytes = table.entryBytes }
            entries = max(entries, table.live)
        }
        snapshot.add(&delta, stored, entries: entries)
    }
}
