/// The estimated number of distinct values, in bounded memory.
///
/// ```swift
/// visits.keyed(by: \.page).window(.sliding(of: .days(7), every: .hours(1)))
///     .aggregate(ApproximateDistinctCount(of: \.user))                        // off by 1.6 %, in at most 4 KiB
/// ```
///
/// Uses HyperLogLog; see ``DistinctSketch``. With precision p it takes at most 2^p bytes per key and window. The result
/// is exact up to 2^p / 8 distinct values, and has a standard error of 1.04 / 2^(p/2) beyond:
///
///     p            8       10       12       14       16
///     bytes      256     1024     4096    16384    65536
///     error    6.5 %    3.3 %    1.6 %    0.8 %    0.4 %
///
/// Values are compared by their `frozenHash`, so results are the same in every run.
public struct ApproximateDistinctCount<Input: Sendable, Value: StreamKey>: Aggregate {
    @usableFromInline let value: @Sendable (Input) -> Value
    @usableFromInline let empty: DistinctSketch
    public let objections: [String]

    /// Counts the distinct values that a closure returns.
    ///
    /// - Parameters:
    ///   - value: returns the value of a record.
    ///   - precision: the logarithm to base 2 of the size in bytes, from 4 to 16. A start from state that was stored
    ///     with another precision is rejected with an error. Default: 12.
    @inlinable
    public init(of value: @escaping @Sendable (Input) -> Value, precision: Int = 12) {
        self.value = value
        objections =
            DistinctSketch.precisions.contains(precision)
            ? [] : ["distinct values need a precision in \(DistinctSketch.precisions), got \(precision)"]
        empty = DistinctSketch(precision: precision)
    }
    public var parameters: String { "distinct values with precision \(empty.precision)" }
    @inlinable
    public func create() -> DistinctSketch { empty }
    @inlinable
    public func add(_ input: Input, to sketch: inout DistinctSketch) { sketch.insert(value(input)) }
    @inlinable
    public func merge(_ other: DistinctSketch, into sketch: inout DistinctSketch) { sketch.merge(other) }
    @inlinable
    public func result(_ sketch: DistinctSketch) -> Int { sketch.estimate }
}
