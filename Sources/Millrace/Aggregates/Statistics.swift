/// Count, mean and variance of a number of each record, in one pass.
///
/// By Welford's method, merged as by Chan, Golub and LeVeque ("Updating formulae and a pairwise algorithm for computing
/// sample variances", 1979): stable where sums of squares are not.
public struct Statistics<Input: Sendable>: Aggregate {
    /// What is known of the numbers.
    public struct Value: BitwiseState, Sendable, Equatable {
        /// How many.
        public var count = 0
        /// 0 if there are none.
        public var mean = 0.0
        /// Sum of the squared distances from the mean.
        public var squares = 0.0
        /// The least; infinite if there are none.
        public var minimum = Double.infinity
        /// The greatest; negative infinite if there are none.
        public var maximum = -Double.infinity

        /// Of all numbers there are.
        public var variance: Double { count > 0 ? squares / Double(count) : 0 }
        /// Of the numbers as a sample of more.
        public var sampleVariance: Double { count > 1 ? squares / Double(count - 1) : 0 }
        /// The square root of the variance.
        public var standardDeviation: Double { variance.squareRoot() }
        /// The sum, as far as the mean is exact.
        public var sum: Double { mean * Double(count) }

        /// Of no numbers.
        @inlinable
        public init() {}
    }

    @usableFromInline let number: @Sendable (Input) -> Double

    /// Statistics of `number` of each record.
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

/// The mean of a number of each record; `nil` of none.
public struct Mean<Input: Sendable>: Aggregate {
    /// Sum and count.
    public struct Value: BitwiseState, Sendable {
        @usableFromInline var sum = 0.0
        @usableFromInline var count = 0
        @inlinable
        init() {}
    }

    @usableFromInline let number: @Sendable (Input) -> Double

    /// The mean of `number` of each record.
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
