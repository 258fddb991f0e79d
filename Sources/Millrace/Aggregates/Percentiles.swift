/// Percentiles of a number of each record, in one pass and bounded memory, each within a relative error.
///
/// ```swift
/// requests.keyed(by: \.route).window(.tumbling(of: .minutes(1))).aggregate(Percentiles(of: \.milliseconds))
///     .map { "\($0.key): median \($0.value[quantile: 0.5] ?? 0), 99 % below \($0.value[quantile: 0.99] ?? 0)" }
/// ```
///
/// DDSketch, see `QuantileSketch`. A number that is not finite is refused with `NotFinite`, and `onError` decides.
public struct Percentiles<Input: Sendable>: Aggregate {
    @usableFromInline let number: @Sendable (Input) -> Double
    @usableFromInline let empty: QuantileSketch
    public let objections: [String]

    /// Percentiles of `number` of each record.
    ///
    /// - Parameters:
    ///   - number: the number of a record.
    ///   - accuracy: the greatest relative error: with 0.01, a percentile of 200 comes out between 198 and 202. Between
    ///     0.0001 and 0.5.
    ///   - buckets: the greatest number of buckets for each sign, 8 bytes each where they are needed. 2048 of an
    ///     accuracy
    ///     of 0.01 cover numbers from 1 to 10^17; if the numbers of one key spread wider, those nearest to zero lose
    ///     accuracy. At most 2^20.
    ///
    /// A state folder's sketches keep the accuracy and buckets that they began with: a start with others is refused.
    @inlinable
    public init(of number: @escaping @Sendable (Input) -> Double, accuracy: Double = 0.01, buckets: Int = 2048) {
        self.number = number
        objections =
            QuantileSketch.accuracies.contains(accuracy) && QuantileSketch.bucketLimits.contains(buckets)
            ? []
            : [
                "an accuracy of \(accuracy) with \(buckets) buckets: percentiles need an accuracy in \(QuantileSketch.accuracies) and buckets in \(QuantileSketch.bucketLimits)"
            ]
        empty = QuantileSketch(accuracy: accuracy, buckets: buckets)
    }
    public var parameters: String { "percentiles to \(empty.accuracy) with \(empty.bucketLimit) buckets" }
    @inlinable
    public func create() -> QuantileSketch { empty }
    @inlinable
    public func add(_ input: Input, to sketch: inout QuantileSketch) throws { try sketch.insert(number(input)) }
    @inlinable
    public func merge(_ other: QuantileSketch, into sketch: inout QuantileSketch) { sketch.merge(other) }
    @inlinable
    public func result(_ sketch: QuantileSketch) -> QuantileSketch { sketch }
}

/// A number that has no place among others: infinite, or none at all.
public struct NotFinite: Error, CustomStringConvertible, Sendable {
    /// The number.
    public let number: Double

    /// Of this number.
    public init(number: Double) { self.number = number }

    /// One sentence.
    public var description: String { "percentiles are of finite numbers, got \(number)" }
}
