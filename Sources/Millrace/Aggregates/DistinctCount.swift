/// How many different values there are among the records', exactly.
///
/// ```swift
/// visits.keyed(by: \.page).window(.tumbling(of: .hours(1))).aggregate(DistinctCount(of: \.user))
/// ```
///
/// Values are told apart by their bytes: two spellings of one text in Unicode are two.
///
/// Keeps every different value: for a few thousand of them per key. `ApproximateDistinctCount` keeps a few kilobytes,
/// whatever their number.
public struct DistinctCount<Input: Sendable, Value: StateValue & Hashable>: Aggregate {
    @usableFromInline let value: @Sendable (Input) -> Value

    /// Counts the different `value`s.
    @inlinable
    public init(of value: @escaping @Sendable (Input) -> Value) { self.value = value }
    @inlinable
    public func create() -> Set<ExactKey<Value>> { [] }
    @inlinable
    public func add(_ input: Input, to values: inout Set<ExactKey<Value>>) { values.insert(ExactKey(value(input))) }
    @inlinable
    public func merge(_ other: Set<ExactKey<Value>>, into values: inout Set<ExactKey<Value>>) {
        values.formUnion(other)
    }
    @inlinable
    public func result(_ values: Set<ExactKey<Value>>) -> Int { values.count }
}
