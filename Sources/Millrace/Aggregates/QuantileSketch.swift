import Foundation

/// The distribution of numbers, from which any quantile can be told within a relative error.
///
/// DDSketch by Masson, Rim, Lee ("DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
/// 2019). A positive number x is counted in the bucket ceil(log x / log g), where g = (1 + accuracy) / (1 - accuracy): all
/// numbers of a bucket lie within the accuracy of 2 g^i / (g + 1). Negative numbers have buckets of their own.
///
/// What is kept depends on the numbers alone, and not on their order or on that of merges.
public struct QuantileSketch: StateValue, Equatable {
    /// The greatest relative error.
    public let accuracy: Double
    /// The greatest number of buckets for each sign.
    public let bucketLimit: Int
    /// How many numbers.
    public var count: Int { zeros &+ positive.total &+ negative.total }
    /// The least number, exactly; `nil` of none.
    public var min: Double? { count == 0 ? nil : least }
    /// The greatest number, exactly; `nil` of none.
    public var max: Double? { count == 0 ? nil : greatest }

    let logBase: Double
    var zeros = 0
    var positive = SketchBuckets()
    /// Of the negative numbers' magnitudes.
    var negative = SketchBuckets()
    var least = Double.infinity
    var greatest = -Double.infinity

    @usableFromInline static var accuracies: ClosedRange<Double> { 0.0001...0.5 }
    @usableFromInline static var bucketLimits: ClosedRange<Int> { 1...1 << 20 }

    /// Of no numbers. The parameters are those of `Percentiles`; for one beyond its bounds the nearest is taken.
    public init(accuracy: Double = 0.01, buckets: Int = 2048) {
        // Also where it is not a number.
        let least = Self.accuracies.lowerBound
        let accuracy = accuracy > least ? Swift.min(accuracy, Self.accuracies.upperBound) : least
        self.accuracy = accuracy
        bucketLimit = Swift.min(Swift.max(buckets, Self.bucketLimits.lowerBound), Self.bucketLimits.upperBound)
        logBase = log1p(2 * accuracy / (1 - accuracy))
    }

    /// Adds a number. Throws `NotFinite` if it is infinite or not a number.
    public mutating func insert(_ number: Double) throws {
        guard number.isFinite else { throw NotFinite(number: number) }
        insert(number, times: 1)
        least = Swift.min(least, number)
        greatest = Swift.max(greatest, number)
    }

    /// Adds the numbers of another: the result is the sketch of all of them. Where accuracies or limits differ, this one's
    /// stay, and the other's numbers come with their own error.
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

    /// The number of a positive number's bucket: at most 3.8 million either way, of the accuracies there are.
    private func bucket(of magnitude: Double) -> Int { Int((log(magnitude) / logBase).rounded(.up)) }

    /// The number that all of a bucket are near.
    private func middle(of bucket: Int) -> Double {
        let middle = exp(Double(bucket) * logBase) * (1 - accuracy)
        return Swift.min(middle, .greatestFiniteMagnitude)
    }

    /// The number below which a share of all lie: of n numbers in ascending order, counted from 0, that at
    /// floor(quantile x (n - 1)), within `accuracy`; `sketch[quantile: 0.5]` is the (lower) median. The least and the
    /// greatest (0 and 1) are exact. `nil` of no numbers, or if `quantile` is not in 0...1.
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
