/// The exact number of distinct values.
///
/// ```swift
/// visits.keyed(by: \.page).window(.tumbling(of: .hours(1))).aggregate(DistinctCount(of: \.user))
/// ```
///
/// Values are compared by their encoded bytes: strings that are equal in Unicode but encoded differently are distinct.
///
/// All distinct values are kept in state. For more than a few thousand per key use ``ApproximateDistinctCount``, which
/// takes a few kilobytes for any number of values.
public struct DistinctCount<Input: Sendable, Value: StateValue & Hashable>: Aggregate {
    @usableFromInline let value: @Sendable (Input) -> Value

    /// Counts the distinct values that a closure returns.
    ///
    /// - Parameter value: returns the value of a record.
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
