/// A value per key that additions are put together into, in a process function: of a list of numbers only their sum.
/// Always that of the current key.
public struct ReducingState<Key: StreamKey, Value: StateValue> {
    @usableFromInline let cell: StateCell<Key, Value>
    @usableFromInline let combine: (Value, Value) throws -> Value

    @inlinable
    init(_ cell: StateCell<Key, Value>, _ combine: @escaping (Value, Value) throws -> Value) {
        self.cell = cell
        self.combine = combine
    }

    /// What all additions amount to; `nil` if there were none.
    @inlinable
    public func get() throws -> Value? { try cell.get() }

    /// Adds a value.
    @inlinable
    public func add(_ value: Value) throws {
        var isNew = false
        try cell.update(or: {
            isNew = true
            return value
        }) { if !isNew { $0 = try combine($0, value) } }
    }

    /// Forgets the additions.
    @inlinable
    public func clear() throws { try cell.remove() }
}

/// An aggregate per key in a process function. Always that of the current key.
public struct AggregatingState<Key: StreamKey, A: Aggregate> {
    @usableFromInline let cell: StateCell<Key, A.Accumulator>
    @usableFromInline let aggregate: A

    @inlinable
    init(_ cell: StateCell<Key, A.Accumulator>, _ aggregate: A) {
        self.cell = cell
        self.aggregate = aggregate
    }

    /// The result of all additions; `nil` if there were none.
    @inlinable
    public func get() throws -> A.Output? { try cell.get().map { try aggregate.result($0) } }

    /// Adds an input.
    @inlinable
    public func add(_ input: A.Input) throws {
        try cell.update(or: { aggregate.create() }) { try aggregate.add(input, to: &$0) }
    }

    /// Forgets the additions.
    @inlinable
    public func clear() throws { try cell.remove() }
}
