/// Two aggregates computed in one pass: `Count().and(Maximum(of: \.price))`. The result is a pair of both results.
///
/// ```swift
/// trades.keyed(by: \.currency).window(.tumbling(of: .minutes(1)))
///     .aggregate(Count().and(Sum(of: \.amount)))
///     .map { "\($0.key): \($0.value.0) trades, \($0.value.1) in all" }
/// ```
public struct CombinedAggregate<First: Aggregate, Second: Aggregate>: Aggregate where First.Input == Second.Input {
    @usableFromInline let first: First
    @usableFromInline let second: Second

    /// The accumulators of both aggregates.
    @frozen
    public struct Accumulator: StateValue {
        @usableFromInline var first: First.Accumulator
        @usableFromInline var second: Second.Accumulator

        @inlinable
        init(first: First.Accumulator, second: Second.Accumulator) {
            self.first = first
            self.second = second
        }

        public static var stateSchema: String {
            "(\(First.Accumulator.stateSchema), \(Second.Accumulator.stateSchema))"
        }
        @inlinable
        public static var fixedWidth: Int? {
            guard let first = First.Accumulator.fixedWidth, let second = Second.Accumulator.fixedWidth else {
                return nil
            }
            return first + second
        }
        @inlinable
        public func encode(into writer: inout ByteWriter) {
            first.encode(into: &writer)
            second.encode(into: &writer)
        }
        @inlinable
        public static func decode(from reader: inout ByteReader) throws -> Accumulator {
            let first = try First.Accumulator.decode(from: &reader)
            return Accumulator(first: first, second: try Second.Accumulator.decode(from: &reader))
        }
    }

    @inlinable
    init(first: First, second: Second) {
        self.first = first
        self.second = second
    }

    public var parameters: String {
        [first.parameters, second.parameters].filter { !$0.isEmpty }.joined(separator: "; ")
    }
    public var objections: [String] { first.objections + second.objections }
    @inlinable
    public func create() -> Accumulator { Accumulator(first: first.create(), second: second.create()) }
    @inlinable
    public func add(_ input: First.Input, to accumulator: inout Accumulator) throws {
        try first.add(input, to: &accumulator.first)
        try second.add(input, to: &accumulator.second)
    }
    @inlinable
    public func merge(_ other: Accumulator, into accumulator: inout Accumulator) {
        first.merge(other.first, into: &accumulator.first)
        second.merge(other.second, into: &accumulator.second)
    }
    @inlinable
    public func result(_ accumulator: Accumulator) throws -> (First.Output, Second.Output) {
        (try first.result(accumulator.first), try second.result(accumulator.second))
    }
}

extension Aggregate {
    /// Combines this aggregate with another, to compute both in one pass.
    ///
    /// - Parameter other: the other aggregate.
    /// - Returns: an aggregate whose result is a pair of both results.
    @inlinable
    public func and<Other: Aggregate>(_ other: Other) -> CombinedAggregate<Self, Other> where Other.Input == Input {
        CombinedAggregate(first: self, second: other)
    }
}
