import Foundation
import Millrace
import MillraceTesting
import Testing

/// Percentiles against all numbers, sorted.
@Suite struct PercentilesTests {
    static let distributions = ["uniform", "exponential", "normal", "wide", "constant", "zeros"]

    static func number(_ distribution: String, _ random: inout TestRandom) -> Double {
        let uniform = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random)
        let other = Double.random(in: 0..<1, using: &random)
        let normal = (-2 * log(uniform)).squareRoot() * cos(2 * .pi * other)
        return switch distribution {
        case "uniform": 1000 * uniform
        case "exponential": -log(uniform)
        case "normal": 5 + 10 * normal
        case "wide": exp(6 * normal) * (other < 0.3 ? -1 : 1)
        case "constant": -3.7
        default: other < 0.4 ? 0 : uniform - 0.5
        }
    }

    static func sketch(_ numbers: some Sequence<Double>, accuracy: Double = 0.01, buckets: Int = 2048) throws
        -> QuantileSketch
    {
        let aggregate = Percentiles<Double>(of: { $0 }, accuracy: accuracy, buckets: buckets)
        var sketch = aggregate.create()
        for number in numbers { try aggregate.add(number, to: &sketch) }
        return aggregate.result(sketch)
    }

    @Test(arguments: distributions, TestSeeds.some(6))
    func quantilesAreWithinTheAccuracy(distribution: String, seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let accuracy = [0.001, 0.01, 0.05, 0.3].randomElement(using: &random) ?? 0.01
        let numbers = (0..<Int.random(in: 1...5000, using: &random)).map { _ in Self.number(distribution, &random) }
        let sketch = try Self.sketch(numbers, accuracy: accuracy, buckets: 1 << 18)
        let sorted = numbers.sorted()
        #expect(sketch.count == numbers.count && sketch.min == sorted.first && sketch.max == sorted.last)
        let quantiles = [0, 0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]
        for quantile in quantiles + (0..<50).map({ _ in Double.random(in: 0...1, using: &random) }) {
            let exact = sorted[Int((quantile * Double(sorted.count - 1)).rounded(.down))]
            let found = try #require(sketch[quantile: quantile])
            #expect(
                abs(found - exact) <= accuracy * abs(exact) * (1 + 1e-9),
                "seed \(seed), \(distribution), accuracy \(accuracy), \(quantile): \(found), not \(exact)")
        }
    }

    @Test func ofNothingOrOutsideThereIsNoQuantile() throws {
        let empty = QuantileSketch()
        #expect(empty[quantile: 0.5] == nil && empty.min == nil && empty.max == nil && empty.count == 0)
        let one = try Self.sketch([42])
        #expect(one[quantile: 0.5] == 42 && one[quantile: 0] == 42 && one[quantile: 1] == 42)
        #expect(one[quantile: -0.1] == nil && one[quantile: 1.1] == nil && one[quantile: .nan] == nil)
    }

    @Test func whatIsNotFiniteIsRefused() {
        for number in [Double.nan, .infinity, -.infinity] {
            #expect(throws: NotFinite.self) { try Self.sketch([1, number]) }
        }
    }

    @Test func theEndsOfTheRangeOfDoublesAreNumbersLikeOthers() throws {
        let ends: [Double] = [
            .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
            -.leastNonzeroMagnitude, -0.0, 1,
        ]
        let sketch = try Self.sketch(ends, buckets: 1 << 20)
        #expect(sketch[quantile: 0] == -.greatestFiniteMagnitude && sketch[quantile: 1] == .greatestFiniteMagnitude)
        #expect(sketch[quantile: 0.4] == 0 && sketch[quantile: 0.5] == .leastNonzeroMagnitude)
        #expect(try restored(stored(sketch)) == sketch)
    }

    /// More buckets than allowed: those nearest to zero are joined, the others are as accurate as ever.
    @Test func whereBucketsRunOutTheHighestStayAccurate() throws {
        var random = TestRandom(seed: 3)
        let numbers = (0..<20_000).map { _ in exp(Double.random(in: -20...20, using: &random)) }
        // 1000 buckets of 2 % each reach from the greatest e^20 down to about e^0.
        let sketch = try Self.sketch(numbers, buckets: 1000)
        let sorted = numbers.sorted()
        for quantile in stride(from: 0.52, through: 1, by: 0.01) {
            let exact = sorted[Int((quantile * Double(sorted.count - 1)).rounded(.down))]
            let found = try #require(sketch[quantile: quantile])
            #expect(abs(found - exact) <= 0.01 * exact * (1 + 1e-9), "\(quantile): \(found), not \(exact)")
        }
        let low = try #require(sketch[quantile: 0.1])
        #expect(low < 2)
        #expect(stored(sketch).count < 1000 * 4)
    }

    @Test(arguments: TestSeeds.some(60))
    func mergingIsAsAddingAllToOne(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let buckets = [1, 2, 20, 300, 2048].randomElement(using: &random) ?? 2048
        var parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            let distribution = Self.distributions.randomElement(using: &random) ?? "uniform"
            return (0..<Int.random(in: 0...500, using: &random)).map { _ in Self.number(distribution, &random) }
        }
        let whole = try Self.sketch(parts.joined(), buckets: buckets)
        parts.shuffle(using: &random)
        var merged = QuantileSketch(buckets: buckets)
        for part in parts { merged.merge(try Self.sketch(part.shuffled(using: &random), buckets: buckets)) }
        #expect(merged == whole, "seed \(seed), \(buckets) buckets")
        #expect(try restored(stored(whole)) == whole, "seed \(seed)")
        #expect(stored(merged) == stored(whole), "seed \(seed)")
    }

    @Test func sketchesOfOtherAccuraciesAreMergedWithinBoth() throws {
        let numbers = (1...1000).map(Double.init)
        var sketch = try Self.sketch(numbers.prefix(500), accuracy: 0.01)
        sketch.merge(try Self.sketch(numbers.dropFirst(500), accuracy: 0.02))
        #expect(sketch.count == 1000 && sketch.max == 1000 && sketch.accuracy == 0.01)
        for quantile in stride(from: 0.0, through: 1, by: 0.05) {
            let exact = numbers[Int((quantile * 999).rounded(.down))]
            let found = try #require(sketch[quantile: quantile])
            #expect(abs(found - exact) <= 0.0302 * exact, "\(quantile): \(found), not \(exact)")
        }
    }

    @Test func damagedBytesNeverTrap() throws {
        var random = TestRandom(seed: 11)
        for distribution in Self.distributions {
            for size in [0, 1, 5, 500] {
                let numbers = (0..<size).map { _ in Self.number(distribution, &random) }
                let other = try Self.sketch([1e300, -1e-300, 0, 7], accuracy: 0.02)
                damage(try Self.sketch(numbers, buckets: 100), &random) { sketch in
                    var sketch = sketch
                    _ = sketch[quantile: 0.5]
                    sketch.merge(other)
                    try? sketch.insert(-1e300)
                    try? sketch.insert(1e300)
                    sketch.merge(sketch)
                    _ = stored(sketch)
                    for quantile in [0, 0.01, 0.5, 0.99, 1] { _ = sketch[quantile: quantile] }
                }
            }
        }
    }
}
