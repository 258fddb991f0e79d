/// Computes a result from many records by keeping a compact accumulator of them.
///
/// Windows and keyed streams keep one accumulator per key (and window).
///
/// ```swift
/// struct MeanDelay: Aggregate {
///     struct Sum: BitwiseState { var count = 0; var minutes = 0.0 }
///     func create() -> Sum { Sum() }
///     func add(_ flight: Flight, to sum: inout Sum) { sum.count += 1; sum.minutes += flight.delay }
///     func merge(_ other: Sum, into sum: inout Sum) { sum.count += other.count; sum.minutes += other.minutes }
///     func result(_ sum: Sum) -> Double { sum.minutes / Double(sum.count) }
/// }
/// ```
public protocol Aggregate<Input, Output>: Sendable {
    /// The type of the records to aggregate.
    associatedtype Input: Sendable
    /// The type of the accumulator, which is stored as state.
    associatedtype Accumulator: StateValue
    /// The type of the result.
    associatedtype Output: Sendable
    /// Returns an empty accumulator.
    func create() -> Accumulator
    /// Adds a record to an accumulator.
    ///
    /// If it throws, the operator's error policy decides; changes made before that may remain.
    func add(_ input: Input, to accumulator: inout Accumulator) throws
    /// Adds the content of another accumulator.
    ///
    /// Called for windows that consist of several slices, and when sessions are merged; `other` is of a later time.
    func merge(_ other: Accumulator, into accumulator: inout Accumulator)
    /// Returns the result for an accumulator. If it throws, the operator fails.
    func result(_ accumulator: Accumulator) throws -> Output
    /// A description of the parameters on which the meaning of a stored accumulator depends, such as the accuracy of a
    /// sketch.
    ///
    /// Empty if there are none. A start from state that was stored with other parameters is rejected with an error.
    var parameters: String { get }
    /// Errors in the parameters of the aggregate, as sentences; empty if there are none. If there are any, `run` throws
    /// a ``ConfigurationError``.
    var objections: [String] { get }
}

extension Aggregate {
    /// Default: empty; the meaning of an accumulator depends on its type alone.
    public var parameters: String { "" }
    /// Default: empty; no errors.
    public var objections: [String] { [] }

    @usableFromInline var problems: [GraphProblem] {
        objections.map { GraphProblem($0, advice: "Give the aggregate other parameters") }
    }
}
