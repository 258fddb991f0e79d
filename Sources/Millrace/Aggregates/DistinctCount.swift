/// How many different values there are among the records', exactly.
///
/// ```swift
/// visits.keyed(by: \.page).tumblingWindow(of: .hours(1)).aggregate(DistinctCount(of: \.user))
/// ```
///
/// Keeps every different value: for a few thousand of them per key. `ApproximateDistinctCount` keeps a few kilobytes,
/// whatever their number.
public struct DistinctCount<Input: Sendable, Value: StateValue & Hashable>: Aggregate {
    @usableFromInline let value: @Sendable (Input) -> Value

    /// Counts the different `value`s.
    @inlinable
    public init(of value: @escaping @Sendable (Input) -> Value) { self.value = value }
    @inlinable
    public func create() -> Set<Value> { [] }
    @inlinable
    public func add(_ input: Input, to values: inout Set<Value>) { values.insert(value(input)) }
    @inlinable
    public func merge(_ other: Set<Value>, into values: inout Set<Value>) { values.formUnion(other) }
    @inlinable
    public func result(_ values: Set<Value>) -> Int { values.count }
}
