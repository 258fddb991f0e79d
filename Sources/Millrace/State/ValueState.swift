/// One value per key, or none, in a process function. Always that of the current key.
public struct ValueState<Key: StreamKey, Value: StateValue> {
    @usableFromInline let table: KeyedTable<Key, Value>?
    @usableFromInline let current: CurrentKey<Key>

    @inlinable
    init(table: KeyedTable<Key, Value>?, current: CurrentKey<Key>) {
        self.table = table
        self.current = current
    }

    /// The value. Throws `StateError` if it has to be read from the store and that is damaged.
    @inlinable
    public func get() throws -> Value? {
        guard let table else { stateOutsideTask() }
        return try table.find(current.hash, current.get())?.pointee.value
    }

    /// Sets the value, or removes it with `nil`.
    @inlinable
    public func set(_ value: Value?) throws {
        guard let table else { stateOutsideTask() }
        if let value {
            try table.update(current.hash, current.get()) { value }.pointee.value = value
        } else {
            try table.remove(current.hash, current.get())
        }
    }

    /// Changes the value in place, beginning with `initial` where there is none.
    @inlinable
    public func update(or initial: @autoclosure () -> Value, _ body: (inout Value) throws -> Void) throws {
        guard let table else { stateOutsideTask() }
        try body(&table.update(current.hash, current.get()) { initial() }.pointee.value)
    }
}
