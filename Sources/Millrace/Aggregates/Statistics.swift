/// Count, mean, variance, minimum and maximum of a number of each record, in one pass.
///
/// By Welford's method, merged as by Chan, Golub and LeVeque ("Updating formulae and a pairwise algorithm for computing
/// sample variances", 1979): numerically stable, unlike sums of squares.
///
/// ```swift
/// readings.keyed(by: \.sensor).window(.tumbling(of: .hours(1))).aggregate(Statistics(of: \.value))
///     .filter { $0.value.standardDeviation > 5 }
///     .map { "sensor \($0.key): mean \($0.value.mean) of \($0.value.count), at most \($0.value.maximum)" }
/// ```
public struct Statistics<Input: Sendable>: Aggregate {
    /// The statistics of a set of numbers.
    public struct Value: BitwiseState, Sendable, Equatable {
        /// The number of numbers.
        public var count = 0
        /// The mean; 0 if there are no numbers.
        public var mean = 0.0
        /// The sum of the squared differences from the mean.
        public var squares = 0.0
        /// The least number; infinity if there are none.
        public var minimum = Double.infinity
        /// The greatest number; negative infinity if there are none.
        public var maximum = -Double.infinity

        /// The variance of the numbers as a whole population; 0 if there are none.
        public var variance: Double { count > 0 ? squares / Double(count) : 0 }
        /// The variance estimated from the numbers as a sample of a larger population; 0 for fewer than two.
        public var sampleVariance: Double { count > 1 ? squares / Double(count - 1) : 0 }
        /// The square root of ``variance``.
        public var standardDeviation: Double { variance.squareRoot() }
        /// The sum of the numbers, computed from the mean.
        public var sum: Double { mean * Double(count) }

        /// Creates the statistics of no numbers.
        @inlinable
        public init() {}
    }

    @usableFromInline let number: @Sendable (Input) -> Double

    /// Computes the statistics of the numbers that a closure returns.
    ///
    /// - Parameter number: returns the number of a record.
    @inlinable
    public init(of number: @escaping @Sendable (Input) -> Double) { self.number = number }
    @inlinable
    public func create() -> Value { Value() }
    @inlinable
    public func add(_ input: Input, to value: inout Value) {
        let number = number(input)
        value.count += 1
        let distance = number - value.mean
        value.mean += distance / Double(value.count)
        value.squares += distance * (number - value.mean)
        value.minimum = min(value.minimum, number)
        value.maximum = max(value.maximum, number)
    }
    @inlinable
    public func merge(_ other: Value, into value: inout Value) {
        guard other.count > 0 else { return }
        guard value.count > 0 else { return value = other }
        let count = value.count + other.count
        let distance = other.mean - value.mean
        value.squares +=
            other.squares + distance * distance * Double(value.count) * Double(other.count) / Double(count)
        value.mean += distance * Double(other.count) / Double(count)
        value.count = count
        value.minimum = min(value.minimum, other.minimum)
        value.maximum = max(value.maximum, other.maximum)
    }
    @inlinable
    public func result(_ value: Value) -> Value { value }
}

/// The mean of a number of each record; `nil` if there are no records.
///
/// ```swift
/// flights.keyed(by: \.carrier).window(.tumbling(of: .days(1)))
///     .aggregate(Mean(of: \.delay))                                           // WindowResult<String, Double?>
/// ```
public struct Mean<Input: Sendable>: Aggregate {
    /// The sum and the count, from which the mean is computed.
    public struct Value: BitwiseState, Sendable {
        @usableFromInline var sum = 0.0
        @usableFromInline var count = 0
        @inlinable
        init() {}
    }

    @usableFromInline let number: @Sendable (Input) -> Double

    /// Computes the mean of the numbers that a closure returns.
    ///
    /// - Parameter number: returns the number of a record.
    @inlinable
    public init(of number: @escaping @Sendable (Input) -> Double) { self.number = number }
    @inlinable
    public func create() -> Value { Value() }
    @inlinable
    public func add(_ input: Input, to value: inout Value) {
        value.sum += number(input)
        value.count += 1
    }
    @inlinable
    public func merge(_ other: Value, into value: inout Value) {
        value.sum += other.sum
        value.count += other.count
    }
    @inlinable
    public func result(_ value: Value) -> Double? { value.count == 0 ? nil : value.sum / Double(value.count) }
}
