/// A way to sum up records: what a window or a keyed stream keeps per key, and what it gives.
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
    /// What is summed up.
    associatedtype Input: Sendable
    /// What is kept.
    associatedtype Accumulator: StateValue
    /// What comes out.
    associatedtype Output: Sendable
    /// The sum of nothing.
    func create() -> Accumulator
    /// Adds a record.
    func add(_ input: Input, to accumulator: inout Accumulator) throws
    /// Adds what another accumulator holds.
    func merge(_ other: Accumulator, into accumulator: inout Accumulator)
    /// What the accumulator amounts to.
    func result(_ accumulator: Accumulator) throws -> Output
    /// What, beside its type, decides what a stored accumulator means, such as a sketch's accuracy; empty if nothing. A start
    /// with state that was stored with other parameters is refused.
    var parameters: String { get }
    /// What is wrong with its parameters, in sentences; none by default. A run with any is refused.
    var objections: [String] { get }
}

extension Aggregate {
    /// None.
    public var parameters: String { "" }
    /// None.
    public var objections: [String] { [] }

    @usableFromInline var problems: [GraphProblem] {
        objections.map { GraphProblem($0, advice: "Give the aggregate other parameters") }
    }
}
