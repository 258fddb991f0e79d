/// The `limit` highest-ranked records, best first; of records with equal rank, those that were processed first.
///
/// ```swift
/// orders.keyed(by: \.country).window(.tumbling(of: .days(1)))
///     .aggregate(TopK(10, by: { $0.total > $1.total }))                       // the ten largest, largest first
///     .map { "\($0.key): \($0.value.map(\.customer))" }
/// ```
public struct TopK<Input: StateValue>: Aggregate {
    @usableFromInline let limit: Int
    @usableFromInline let precedes: @Sendable (Input, Input) -> Bool

    /// Keeps the highest-ranked records.
    ///
    /// - Parameters:
    ///   - limit: the number of records to keep; at least one.
    ///   - precedes: returns whether the first record ranks before the second.
    @inlinable
    public init(_ limit: Int, by precedes: @escaping @Sendable (Input, Input) -> Bool) {
        self.limit = limit
        self.precedes = precedes
    }

    public var parameters: String { "the best \(limit)" }
    public var objections: [String] { limit > 0 ? [] : ["the best \(limit) records: there has to be one at least"] }

    @inlinable
    public func create() -> [Input] { [] }

    @inlinable
    public func add(_ input: Input, to best: inout [Input]) {
        if best.count == limit, !precedes(input, best[limit - 1]) { return }
        var (low, high) = (0, best.count)
        while low < high {
            let middle = (low + high) / 2
            if precedes(input, best[middle]) { high = middle } else { low = middle + 1 }
        }
        if best.count == limit { best.removeLast() }
        best.insert(input, at: low)
    }

    @inlinable
    public func merge(_ other: [Input], into best: inout [Input]) { for input in other { add(input, to: &best) } }
    @inlinable
    public func result(_ best: [Input]) -> [Input] { best }
}
