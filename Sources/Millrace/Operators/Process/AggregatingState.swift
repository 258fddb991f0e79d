/// A value per key into which added values are combined, in a process function; for example a sum.
///
/// All methods apply to the key that the process function is called for.
///
/// ```swift
/// payments.keyed(by: \.card).process(to: Payment.self) { states in
///     let spent = states.reducing("spent", of: Double.self, +)
///     return ProcessFunction(onRecord: { payment, context in
///         try spent.add(payment.amount)
///         if let sum = try spent.get(), sum > 5000 { try context.emit(payment) }
///     })
/// }
/// ```
public struct ReducingState<Key: StreamKey, Value: StateValue> {
    @usableFromInline let cell: StateCell<Key, Value>
    @usableFromInline let combine: (Value, Value) throws -> Value

    @inlinable
    init(_ cell: StateCell<Key, Value>, _ combine: @escaping (Value, Value) throws -> Value) {
        self.cell = cell
        self.combine = combine
    }

    /// Returns the combination of all added values; `nil` if there are none.
    ///
    /// - Throws: `StateError` if the value has to be read from the store and is damaged.
    @inlinable
    public func get() throws -> Value? { try cell.get() }

    /// Adds a value: it becomes the value of the key, or is combined with the existing one.
    @inlinable
    public func add(_ value: Value) throws {
        var isNew = false
        try cell.update(or: {
            isNew = true
            return value
        }) { if !isNew { $0 = try combine($0, value) } }
    }

    /// Removes the value.
    @inlinable
    public func clear() throws { try cell.remove() }
}

/// An aggregate per key in a process function.
///
/// All methods apply to the key that the process function is called for.
///
/// ```swift
/// requests.keyed(by: \.route).process(to: Request.self) { states in
///     let usual = states.aggregating("usual", Statistics(of: \Request.milliseconds))
///     return ProcessFunction(onRecord: { request, context in
///         if let usual = try usual.get(), request.milliseconds > 10 * usual.mean { try context.emit(request) }
///         try usual.add(request)
///     })
/// }
/// ```
public struct AggregatingState<Key: StreamKey, A: Aggregate> {
    @usableFromInline let cell: StateCell<Key, A.Accumulator>
    @usableFromInline let aggregate: A

    @inlinable
    init(_ cell: StateCell<Key, A.Accumulator>, _ aggregate: A) {
        self.cell = cell
        self.aggregate = aggregate
    }

    /// Returns the result of the aggregate; `nil` if nothing was added.
    ///
    /// - Throws: `StateError` if the value has to be read from the store and is damaged, and what the aggregate throws.
    @inlinable
    public func get() throws -> A.Output? { try cell.get().map { try aggregate.result($0) } }

    /// Adds an input to the aggregate.
    @inlinable
    public func add(_ input: A.Input) throws {
        try cell.update(or: { aggregate.create() }) { try aggregate.add(input, to: &$0) }
    }

    /// Removes the accumulator of the aggregate.
    @inlinable
    public func clear() throws { try cell.remove() }
}
