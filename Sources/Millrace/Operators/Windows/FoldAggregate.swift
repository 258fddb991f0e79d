/// A fold as an aggregate.
@usableFromInline
struct FoldAggregate<Input: Sendable, Value: StateValue>: Aggregate {
    @usableFromInline let initial: Value
    @usableFromInline let body: @Sendable (inout Value, Input) throws -> Void
    @usableFromInline let merging: (@Sendable (Value, Value) -> Value)?

    @inlinable
    init(
        initial: Value, body: @escaping @Sendable (inout Value, Input) throws -> Void,
        merging: (@Sendable (Value, Value) -> Value)?
    ) {
        self.initial = initial
        self.body = body
        self.merging = merging
    }

    @inlinable
    func create() -> Value { initial }
    @inlinable
    func add(_ input: Input, to accumulator: inout Value) throws { try body(&accumulator, input) }
    @inlinable
    func merge(_ other: Value, into accumulator: inout Value) {
        // It may be missing only where nothing is merged.
        if let merging { accumulator = merging(accumulator, other) }
    }
    @inlinable
    func result(_ accumulator: Value) -> Value { accumulator }
}
