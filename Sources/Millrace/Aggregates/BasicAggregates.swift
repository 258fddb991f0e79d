/// The number of records.
///
/// ```swift
/// clicks.keyed(by: \.page).window(.tumbling(of: .minutes(1))).aggregate(Count())
///     .map { "\($0.key): \($0.value) clicks" }
/// ```
public struct Count<Input: Sendable>: Aggregate {
    /// Counts all records.
    ///
    /// - Parameter type: the type of the records, where it cannot be inferred.
    @inlinable
    public init(of type: Input.Type = Input.self) {}
    @inlinable
    public func create() -> Int { 0 }
    @inlinable
    public func add(_ input: Input, to count: inout Int) { count &+= 1 }
    @inlinable
    public func merge(_ other: Int, into count: inout Int) { count &+= other }
    @inlinable
    public func result(_ count: Int) -> Int { count }
}

/// The sum of a number of each record.
///
/// ```swift
/// payments.keyed(by: \.account).window(.tumbling(of: .days(1))).aggregate(Sum(of: \.amount))
///     .filter { $0.value > 10_000 }
/// ```
public struct Sum<Input: Sendable, Number: StateValue & Numeric>: Aggregate {
    @usableFromInline let number: @Sendable (Input) -> Number

    /// Sums the numbers that a closure returns.
    ///
    /// - Parameter number: returns the number of a record.
    @inlinable
    public init(of number: @escaping @Sendable (Input) -> Number) { self.number = number }
    @inlinable
    public func create() -> Number { .zero }
    @inlinable
    public func add(_ input: Input, to sum: inout Number) { sum += number(input) }
    @inlinable
    public func merge(_ other: Number, into sum: inout Number) { sum += other }
    @inlinable
    public func result(_ sum: Number) -> Number { sum }
}

/// The least of the records' values; the first of equal ones. `nil` if there are no records.
///
/// ```swift
/// readings.keyed(by: \.sensor).window(.tumbling(of: .hours(1)))
///     .aggregate(Minimum(of: \.value))                                        // WindowResult<Int, Double?>
/// ```
public struct Minimum<Input: Sendable, Value: StateValue & Comparable>: Aggregate {
    @usableFromInline let value: @Sendable (Input) -> Value

    /// Finds the least of the values that a closure returns.
    ///
    /// - Parameter value: returns the value of a record.
    @inlinable
    public init(of value: @escaping @Sendable (Input) -> Value) { self.value = value }
    @inlinable
    public func create() -> Value? { nil }
    @inlinable
    public func add(_ input: Input, to least: inout Value?) {
        let value = value(input)
        least = least.map { value < $0 ? value : $0 } ?? value
    }
    @inlinable
    public func merge(_ other: Value?, into least: inout Value?) {
        guard let other else { return }
        least = least.map { other < $0 ? other : $0 } ?? other
    }
    @inlinable
    public func result(_ least: Value?) -> Value? { least }
}

/// The greatest of the records' values; the first of equal ones. `nil` if there are no records.
///
/// ```swift
/// bids.keyed(by: \.auction).aggregate(Maximum(of: \.price), emitting: .atCheckpoints)
///     .map { "auction \($0.key): \($0.value ?? 0)" }
/// ```
public struct Maximum<Input: Sendable, Value: StateValue & Comparable>: Aggregate {
    @usableFromInline let value: @Sendable (Input) -> Value

    /// Finds the greatest of the values that a closure returns.
    ///
    /// - Parameter value: returns the value of a record.
    @inlinable
    public init(of value: @escaping @Sendable (Input) -> Value) { self.value = value }
    @inlinable
    public func create() -> Value? { nil }
    @inlinable
    public func add(_ input: Input, to greatest: inout Value?) {
        let value = value(input)
        greatest = greatest.map { value > $0 ? value : $0 } ?? value
    }
    @inlinable
    public func merge(_ other: Value?, into greatest: inout Value?) {
        guard let other else { return }
        greatest = greatest.map { other > $0 ? other : $0 } ?? other
    }
    @inlinable
    public func result(_ greatest: Value?) -> Value? { greatest }
}

/// The record that was processed first; `nil` if there are no records.
///
/// ```swift
/// logins.keyed(by: \.user).window(.session(gap: .minutes(30))).aggregate(First())
///     .filter { $0.value?.succeeded == false }                                // sessions that begin with a failure
/// ```
public struct First<Input: StateValue>: Aggregate {
    /// Keeps the first record.
    ///
    /// - Parameter type: the type of the records, where it cannot be inferred.
    @inlinable
    public init(of type: Input.Type = Input.self) {}
    @inlinable
    public func create() -> Input? { nil }
    @inlinable
    public func add(_ input: Input, to first: inout Input?) { if first == nil { first = input } }
    @inlinable
    public func merge(_ other: Input?, into first: inout Input?) { if first == nil { first = other } }
    @inlinable
    public func result(_ first: Input?) -> Input? { first }
}

/// The record that was processed last; `nil` if there are no records.
///
/// ```swift
/// readings.keyed(by: \.sensor).window(.tumbling(of: .minutes(1))).aggregate(Last())
///     .map { "sensor \($0.key): \($0.value?.value ?? .nan) at the end of the minute" }
/// ```
public struct Last<Input: StateValue>: Aggregate {
    /// Keeps the last record.
    ///
    /// - Parameter type: the type of the records, where it cannot be inferred.
    @inlinable
    public init(of type: Input.Type = Input.self) {}
    @inlinable
    public func create() -> Input? { nil }
    @inlinable
    public func add(_ input: Input, to last: inout Input?) { last = input }
    @inlinable
    public func merge(_ other: Input?, into last: inout Input?) { if let other { last = other } }
    @inlinable
    public func result(_ last: Input?) -> Input? { last }
}

/// All records, in the order in which they were processed.
///
/// ```swift
/// orders.keyed(by: \.customer).window(.session(gap: .hours(1))).aggregate(Collect())
///     .filter { $0.value.count > 3 }
///     .map { "\($0.key) ordered \($0.value.map(\.id))" }
/// ```
public struct Collect<Input: StateValue>: Aggregate {
    /// Keeps all records.
    ///
    /// - Parameter type: the type of the records, where it cannot be inferred.
    @inlinable
    public init(of type: Input.Type = Input.self) {}
    @inlinable
    public func create() -> [Input] { [] }
    @inlinable
    public func add(_ input: Input, to all: inout [Input]) { all.append(input) }
    @inlinable
    public func merge(_ other: [Input], into all: inout [Input]) { all.append(contentsOf: other) }
    @inlinable
    public func result(_ all: [Input]) -> [Input] { all }
}
