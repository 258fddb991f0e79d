/// A map per key in a process function. Always that of the current key; empty where nothing was set.
public struct MapState<Key: StreamKey, MapKey: StateValue & Hashable, Value: StateValue> {
    @usableFromInline let cell: StateCell<Key, [MapKey: Value]>

    @inlinable
    init(_ cell: StateCell<Key, [MapKey: Value]>) { self.cell = cell }

    /// All entries.
    @inlinable
    public func get() throws -> [MapKey: Value] { try cell.get() ?? [:] }

    /// The value of a map key.
    @inlinable
    public func get(_ key: MapKey) throws -> Value? { try cell.get()?[key] }

    /// Sets the value of a map key, or removes it with `nil`.
    @inlinable
    public func set(_ key: MapKey, _ value: Value?) throws {
        if value == nil, try get(key) == nil { return }
        var isEmpty = false
        try cell.update(or: { [:] }) { map in
            map[key] = value
            isEmpty = map.isEmpty
        }
        if isEmpty { try removeAll() }
    }

    /// Removes all entries.
    @inlinable
    public func removeAll() throws { try cell.remove() }
}
