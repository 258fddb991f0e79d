/// One value per key, or none, in a process function. Always that of the current key.
public struct ValueState<Key: StreamKey, Value: StateValue> {
    @usableFromInline let cell: StateCell<Key, Value>

    @inlinable
    init(_ cell: StateCell<Key, Value>) { self.cell = cell }

    /// The value. Throws `StateError` if it has to be read from the store and that is damaged.
    @inlinable
    public func get() throws -> Value? { try cell.get() }

    /// Sets the value.
    @inlinable
    public func set(_ value: Value) throws { try cell.set(value) }

    /// Removes the value.
    @inlinable
    public func clear() throws { try cell.remove() }

    /// Changes the value in place, beginning with `initial` where there is none.
    @inlinable
    public func update(or initial: @autoclosure () -> Value, _ body: (inout Value) throws -> Void) throws {
        try cell.update(or: initial, body)
    }
}
