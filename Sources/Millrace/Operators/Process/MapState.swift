/// A map of the key in hand. Its keys are told apart by their bytes, as keys of streams are: two spellings of one text in
/// Unicode are two keys.
public struct MapState<Key: StreamKey, MapKey: StateValue & Hashable, Value: StateValue> {
    @usableFromInline let cell: StateCell<Key, [ExactKey<MapKey>: Value]>

    @inlinable
    init(_ cell: StateCell<Key, [ExactKey<MapKey>: Value]>) { self.cell = cell }

    /// All entries.
    @inlinable
    public func get() throws -> MapEntries<MapKey, Value> { MapEntries(try cell.get() ?? [:]) }

    /// The value of a map key.
    @inlinable
    public func get(_ key: MapKey) throws -> Value? { try cell.get()?[ExactKey(key)] }

    /// Sets the value of a map key, or removes it with `nil`.
    @inlinable
    public func set(_ key: MapKey, _ value: Value?) throws {
        if value == nil, try get(key) == nil { return }
        var isEmpty = false
        try cell.update(or: { [:] }) { map in
            map[ExactKey(key)] = value
            isEmpty = map.isEmpty
        }
        if isEmpty { try clear() }
    }

    /// Removes all entries.
    @inlinable
    public func clear() throws { try cell.remove() }
}

/// The entries of a map, in no order.
public struct MapEntries<MapKey: StateValue & Hashable, Value: StateValue>: Sequence {
    @usableFromInline let entries: [ExactKey<MapKey>: Value]

    @inlinable
    init(_ entries: [ExactKey<MapKey>: Value]) { self.entries = entries }

    /// How many.
    @inlinable
    public var count: Int { entries.count }
    /// None.
    @inlinable
    public var isEmpty: Bool { entries.isEmpty }
    /// The keys.
    @inlinable
    public var keys: [MapKey] { entries.keys.map(\.value) }
    /// The values, in the order of `keys`.
    @inlinable
    public var values: [Value] { Array(entries.values) }
    /// The value of a key.
    @inlinable
    public subscript(key: MapKey) -> Value? { entries[ExactKey(key)] }

    @inlinable
    public func makeIterator() -> AnyIterator<(key: MapKey, value: Value)> {
        var inner = entries.makeIterator()
        return AnyIterator { inner.next().map { (key: $0.key.value, value: $0.value) } }
    }
}
