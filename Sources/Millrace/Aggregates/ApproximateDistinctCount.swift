/// How many different values there are among the records', estimated in little memory.
///
/// ```swift
/// visits.keyed(by: \.page).window(.sliding(of: .days(7), every: .hours(1)))
///     .aggregate(ApproximateDistinctCount(of: \.user))                        // off by 1.6 %, in at most 4 KiB
/// ```
///
/// HyperLogLog, see `DistinctSketch`. With precision p it takes at most 2^p bytes per key and window; the result is
/// exact up to 2^p / 8 different values, and beyond them has a standard error of 1.04 / 2^(p/2):
///
///     p            8       10       12       14       16
///     bytes      256     1024     4096    16384    65536
///     error    6.5 %    3.3 %    1.6 %    0.8 %    0.4 %
///
/// Values are told apart by their `frozenHash`, so that results are the same in every run.
public struct ApproximateDistinctCount<Input: Sendable, Value: StreamKey>: Aggregate {
    @usableFromInline let value: @Sendable (Input) -> Value
    @usableFromInline let empty: DistinctSketch
    public let objections: [String]

    /// Counts the different `value`s.
    ///
    /// - Parameters:
    ///   - value: what is counted of a record.
    ///   - precision: 4 to 16. A state folder's sketches keep the precision that they began with: a start with
    ///     another is refused.
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
