import Foundation

/// A DDSketch of a set of numbers: returns any quantile within a relative error, and can be merged with other sketches.
///
/// DDSketch by Masson, Rim, Lee ("DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
/// 2019). A positive number x is counted in the bucket ceil(log x / log g), where g = (1 + accuracy) / (1 - accuracy):
/// all numbers of a bucket are within the accuracy of 2 g^i / (g + 1). Negative numbers have buckets of their own.
///
/// The content depends on the numbers alone, not on their order or the order of merges.
///
/// ```swift
/// var latencies = QuantileSketch(accuracy: 0.01)
/// for milliseconds in [12.0, 15, 18, 240] { try latencies.insert(milliseconds) }
/// let median = latencies[quantile: 0.5]                                       // 15, within 1 %
/// let slowest = latencies.max                                                 // 240, exactly
/// ```
public struct QuantileSketch: StateValue, Equatable {
    /// The maximum relative error.
    public let accuracy: Double
    /// The maximum number of buckets for each sign.
    public let bucketLimit: Int
    /// The number of numbers added.
    public var count: Int { zeros &+ positive.total &+ negative.total }
    /// The least number, exactly; `nil` if there are none.
    public var min: Double? { count == 0 ? nil : least }
    /// The greatest number, exactly; `nil` if there are none.
    public var max: Double? { count == 0 ? nil : greatest }

    let logBase: Double
    var zeros = 0
    var positive = SketchBuckets()
    /// The buckets of the magnitudes of negative numbers.
    var negative = SketchBuckets()
    var least = Double.infinity
    var greatest = -Double.infinity

    @usableFromInline static var accuracies: ClosedRange<Double> { 0.0001...0.5 }
    @usableFromInline static var bucketLimits: ClosedRange<Int> { 1...1 << 20 }

    /// Creates an empty sketch.
    ///
    /// - Parameters:
    ///   - accuracy: the maximum relative error, clamped to 0.0001...0.5. Default: 0.01.
    ///   - buckets: the maximum number of buckets for each sign, clamped to 1...2^20; see ``Percentiles``. Default:
    ///     2048.
    public init(accuracy: Double = 0.01, buckets: Int = 2048) {
        // Also where `accuracy` is NaN.
        let least = Self.accuracies.lowerBound
        let accuracy = accuracy > least ? Swift.min(accuracy, Self.accuracies.upperBound) : least
        self.accuracy = accuracy
        bucketLimit = Swift.min(Swift.max(buckets, Self.bucketLimits.lowerBound), Self.bucketLimits.upperBound)
        logBase = log1p(2 * accuracy / (1 - accuracy))
    }

    /// Adds a number.
    ///
    /// - Parameter number: the number.
    /// - Throws: ``NotFinite`` if the number is infinite or NaN.
    public mutating func insert(_ number: Double) throws {
        guard number.isFinite else { throw NotFinite(number: number) }
        insert(number, times: 1)
        least = Swift.min(least, number)
        greatest = Swift.max(greatest, number)
    }

    /// Adds the numbers of another sketch: the result is the sketch of all numbers.
    ///
    /// If accuracies or bucket limits differ, those of this sketch are kept, and the other's numbers keep their own
    /// error in addition.
    ///
    /// - Parameter other: the other sketch.
    public mutating func merge(_ other: QuantileSketch) {
        if other.accuracy == accuracy {
            positive.merge(other.positive, limit: bucketLimit)
            negative.merge(other.negative, limit: bucketLimit)
        } else {
            other.positive.forEach { insert(other.middle(of: $0), times: $1) }
            other.negative.forEach { insert(-other.middle(of: $0), times: $1) }
        }
        zeros &+= other.zeros
        least = Swift.min(least, other.least)
        greatest = Swift.max(greatest, other.greatest)
    }

    private mutating func insert(_ number: Double, times: Int) {
        if number > 0 {
            positive.add(times, to: bucket(of: number), limit: bucketLimit)
        } else if number < 0 {
            negative.add(times, to: bucket(of: -number), limit: bucketLimit)
        } else {
            zeros &+= times
        }
    }

    /// Returns the bucket of a positive number: at most 3.8 million in either direction, for the accuracies allowed.
    private func bucket(of magnitude: Double) -> Int { Int((log(magnitude) / logBase).rounded(.up)) }

    /// Returns the number that represents all numbers of a bucket.
    private func middle(of bucket: Int) -> Double {
        let middle = exp(Double(bucket) * logBase) * (1 - accuracy)
        return Swift.min(middle, .greatestFiniteMagnitude)
    }

    /// The number at a quantile, within `accuracy`.
    ///
    /// Of n numbers in ascending order, counted from 0, it is the one at floor(quantile x (n - 1)); `sketch[quantile:
    /// 0.5]` is the (lower) median. The quantiles 0 and 1 are the exact least and greatest number.
    ///
    /// - Parameter quantile: the quantile, from 0 to 1.
    /// - Returns: the number; `nil` if the sketch is empty or `quantile` is not in 0...1.
    public subscript(quantile quantile: Double) -> Double? {
        guard count > 0, quantile >= 0, quantile <= 1 else { return nil }
        if quantile == 0 { return least }
        if quantile == 1 { return greatest }
        var rank = Int((quantile * Double(count - 1)).rounded(.down))
        var found = 0.0
        if rank < negative.total {
            // The greatest magnitudes come first.
            found = -middle(of: negative.bucket(at: negative.total &- 1 &- rank))
        } else {
            rank &-= negative.total &+ zeros
            if rank >= 0 { found = middle(of: positive.bucket(at: rank)) }
        }
        return Swift.min(Swift.max(found, least), greatest)
    }
}
