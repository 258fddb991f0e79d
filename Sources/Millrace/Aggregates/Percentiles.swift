/// Percentiles of a number of each record, in one pass and bounded memory, with a bounded relative error.
///
/// ```swift
/// requests.keyed(by: \.route).window(.tumbling(of: .minutes(1))).aggregate(Percentiles(of: \.milliseconds))
///     .map { "\($0.key): median \($0.value[quantile: 0.5] ?? 0), 99 % below \($0.value[quantile: 0.99] ?? 0)" }
/// ```
///
/// Uses DDSketch; see ``QuantileSketch``. For a number that is infinite or NaN, adding throws ``NotFinite``, and the
/// operator's error policy (`onError`) decides.
public struct Percentiles<Input: Sendable>: Aggregate {
    @usableFromInline let number: @Sendable (Input) -> Double
    @usableFromInline let empty: QuantileSketch
    public let objections: [String]

    /// Computes the percentiles of the numbers that a closure returns.
    ///
    /// A start from state that was stored with another accuracy or number of buckets is rejected with an error.
    ///
    /// - Parameters:
    ///   - number: returns the number of a record.
    ///   - accuracy: the maximum relative error, from 0.0001 to 0.5. With 0.01, a percentile of 200 is reported as 198
    ///     to 202. Default: 0.01.
    ///   - buckets: the maximum number of buckets for each sign, up to 2^20; each used one takes 8 bytes. With an
    ///     accuracy of 0.01, 2048 buckets cover numbers from 1 to 10^17; if the numbers of a key have a wider range,
    ///     those nearest to zero lose accuracy. Default: 2048.
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

/// An error for a number that is infinite or NaN, and so has no place among others.
///
/// ```swift
/// var sketch = QuantileSketch()
/// for value in [20.5, .nan] {
///     do { try sketch.insert(value) } catch let error as NotFinite { print("ignored: \(error.number)") }
/// }
/// ```
public struct NotFinite: Error, CustomStringConvertible, Sendable {
    /// The number.
    public let number: Double

    /// Creates an error for a number.
    ///
    /// - Parameter number: the number.
    public init(number: Double) { self.number = number }

    /// The error in one sentence.
    public var description: String { "percentiles are of finite numbers, got \(number)" }
}
