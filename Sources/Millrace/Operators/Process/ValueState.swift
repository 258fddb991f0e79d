/// A value per key in a process function.
///
/// All methods apply to the key that the process function is called for.
///
/// ```swift
/// readings.keyed(by: \.sensor).process(to: Double.self) { states in
///     let last = states.value("last", of: Double.self)
///     return ProcessFunction(onRecord: { reading, context in
///         if let before = try last.get() { try context.emit(reading.value - before) }
///         try last.set(reading.value)
///     })
/// }
/// ```
public struct ValueState<Key: StreamKey, Value: StateValue> {
    @usableFromInline let cell: StateCell<Key, Value>

    @inlinable
    init(_ cell: StateCell<Key, Value>) { self.cell = cell }

    /// Returns the value; `nil` if there is none.
    ///
    /// - Throws: `StateError` if the value has to be read from the store and is damaged.
    @inlinable
    public func get() throws -> Value? { try cell.get() }

    /// Sets the value.
    @inlinable
    public func set(_ value: Value) throws { try cell.set(value) }

    /// Removes the value.
    @inlinable
    public func clear() throws { try cell.remove() }

    /// Changes the value in place.
    ///
    /// - Parameters:
    ///   - initial: the value to start with if there is none.
    ///   - body: changes the value.
    @inlinable
    public func update(or initial: @autoclosure () -> Value, _ body: (inout Value) throws -> Void) throws {
        try cell.update(or: initial, body)
    }
}
