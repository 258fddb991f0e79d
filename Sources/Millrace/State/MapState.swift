/// A map per key in a process function. Always that of the current key; empty where nothing was set.
public struct MapState<Key: StreamKey, MapKey: StateValue & Hashable, Value: StateValue> {
    @usableFromInline let table: KeyedTable<Key, [MapKey: Value]>?
    @usableFromInline let current: CurrentKey<Key>

    @inlinable
    init(table: KeyedTable<Key, [MapKey: Value]>?, current: CurrentKey<Key>) {
        self.table = table
        self.current = current
    }

    /// All entries.
    @inlinable
    public func get() throws -> [MapKey: Value] {
        guard let table else { stateOutsideTask() }
        return try table.find(current.hash, current.get())?.pointee.value ?? [:]
    }

    /// The value of a map key.
    @inlinable
    public func get(_ key: MapKey) throws -> Value? {
        guard let table else { stateOutsideTask() }
        return try table.find(current.hash, current.get())?.pointee.value[key]
    }

    /// Sets the value of a map key, or removes it with `nil`.
    @inlinable
    public func set(_ key: MapKey, _ value: Value?) throws {
        guard let table else { stateOutsideTask() }
        if value == nil, try get(key) == nil { return }
        let slot = try table.update(current.hash, current.get()) { [:] }
        slot.pointee.value[key] = value
        if slot.pointee.value.isEmpty { try removeAll() }
    }

    /// Removes all entries.
    @inlinable
    public func removeAll() throws {
        guard let table else { stateOutsideTask() }
        try table.remove(current.hash, current.get())
    }
}
