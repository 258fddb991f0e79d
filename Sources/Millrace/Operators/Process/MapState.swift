/// A map per key in a process function.
///
/// All methods apply to the key that the process function is called for. Map keys are compared by their encoded bytes,
/// as the keys of streams are: strings that are equal in Unicode but encoded differently are different keys.
///
/// ```swift
/// payments.keyed(by: \.account).process(to: Payment.self) { states in
///     let counts = states.map("counts", of: (String, Int).self)
///     return ProcessFunction(onRecord: { payment, context in
///         let count = try counts.get(payment.country) ?? 0
///         if count == 0 { try context.emit(payment) }                         // the account's first from this country
///         try counts.set(payment.country, count + 1)
///     })
/// }
/// ```
public struct MapState<Key: StreamKey, MapKey: StateValue & Hashable, Value: StateValue> {
    @usableFromInline let cell: StateCell<Key, [ExactKey<MapKey>: Value]>

    @inlinable
    init(_ cell: StateCell<Key, [ExactKey<MapKey>: Value]>) { self.cell = cell }

    /// Returns all entries.
    ///
    /// - Throws: `StateError` if the map has to be read from the store and is damaged.
    @inlinable
    public func get() throws -> MapEntries<MapKey, Value> { MapEntries(try cell.get() ?? [:]) }

    /// Returns the value of a map key; `nil` if there is none.
    ///
    /// - Throws: `StateError` if the map has to be read from the store and is damaged.
    @inlinable
    public func get(_ key: MapKey) throws -> Value? { try cell.get()?[ExactKey(key)] }

    /// Sets the value of a map key; `nil` removes the map key.
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

/// The entries of a map state, in no particular order.
///
/// ```swift
/// visits.keyed(by: \.user).process(to: [String].self) { states in
///     let pages = states.map("pages", of: (String, Int).self)
///     return ProcessFunction(onRecord: { visit, context in
///         try pages.set(visit.page, (pages.get(visit.page) ?? 0) + 1)
///         let entries = try pages.get()                                       // MapEntries<String, Int>
///         try context.emit(entries.filter { $0.value >= 10 }.map { $0.key })
///     })
/// }
/// ```
public struct MapEntries<MapKey: StateValue & Hashable, Value: StateValue>: Sequence {
    @usableFromInline let entries: [ExactKey<MapKey>: Value]

    @inlinable
    init(_ entries: [ExactKey<MapKey>: Value]) { self.entries = entries }

    /// The number of entries.
    @inlinable
    public var count: Int { entries.count }
    /// Whether there are no entries.
    @inlinable
    public var isEmpty: Bool { entries.isEmpty }
    /// The map keys, in no particular order.
    @inlinable
    public var keys: [MapKey] { entries.keys.map(\.value) }
    /// The values, in the order of `keys`.
    @inlinable
    public var values: [Value] { Array(entries.values) }
    /// The value of a map key; `nil` if there is none.
    @inlinable
    public subscript(key: MapKey) -> Value? { entries[ExactKey(key)] }

    @inlinable
    public func makeIterator() -> AnyIterator<(key: MapKey, value: Value)> {
        var inner = entries.makeIterator()
        return AnyIterator { inner.next().map { (key: $0.key.value, value: $0.value) } }
    }
}
