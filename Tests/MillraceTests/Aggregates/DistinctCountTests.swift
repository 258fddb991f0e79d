import Millrace
import MillraceTesting
import Testing

/// Exact and estimated numbers of different values.
@Suite struct DistinctCountTests {
    static func sketch(of values: some Sequence<Int>, precision: Int = 12) -> DistinctSketch {
        let aggregate = ApproximateDistinctCount<Int, Int>(of: { $0 }, precision: precision)
        var sketch = aggregate.create()
        for value in values { aggregate.add(value, to: &sketch) }
        return sketch
    }

    @Test func exactlyAsManyAsThereAre() throws {
        let aggregate = DistinctCount<String, String>(of: { $0.lowercased() })
        var (left, right) = (aggregate.create(), aggregate.create())
        for name in ["a", "B", "A", "c"] { aggregate.add(name, to: &left) }
        for name in ["C", "d", "D"] { aggregate.add(name, to: &right) }
        #expect(aggregate.result(left) == 3)
        aggregate.merge(right, into: &left)
        #expect(aggregate.result(left) == 4)
        #expect(aggregate.result(aggregate.create()) == 0)
    }

    @Test func equalSetsAreStoredAsEqualBytes() throws {
        let names = (0..<300).map { "name \($0)" }
        let bytes = stored(Set(names))
        #expect(stored(Set(names.reversed())) == bytes)
        #expect(try restored(bytes) == Set(names))
        #expect(throws: StateDecodingError.self) { try restored([2, 7, 7], as: Set<UInt8>.self) }
    }

    /// Sizes from a few up to 200 000, all precisions: exact as long as hashes are kept, else within five standard errors.
    @Test(arguments: DistinctSketch.precisions)
    func theEstimateIsWithinItsError(precision: Int) {
        for seed in UInt64(0)..<4 {
            var random = TestRandom(seed: seed)
            var sketch = DistinctSketch(precision: precision)
            #expect(sketch.estimate == 0)
            var seen: Set<Int> = []
            let registers = Double(1 << precision)
            // Numbers in sequence and at random: the hash has to spread both.
            let first = Int.random(in: -1_000_000...1_000_000, using: &random)
            for size in [1, 2, 10, 100, 500, 1000, 5000, 20_000, 60_000, 200_000] where seed == 0 || size < 100_000 {
                while seen.count < size {
                    let value = seed % 2 == 0 ? first + seen.count : Int.random(in: .min ... .max, using: &random)
                    seen.insert(value)
                    sketch.insert(value)
                    sketch.insert(value)
                }
                let error = Double(sketch.estimate - size)
                if size <= Int(registers) / 8 {
                    #expect(error == 0, "seed \(seed), precision \(precision), size \(size)")
                } else {
                    let bound = 5 * 1.04 / registers.squareRoot() * Double(size) + 1
                    #expect(abs(error) <= bound, "seed \(seed), precision \(precision), size \(size): off by \(error)")
                }
            }
        }
    }

    /// The mean of many estimates is near the truth where older estimators are not: about 2.5 times the registers.
    @Test func theEstimateHasNoBias() {
        for size in [64, 256, 640, 1280, 2560] {
            var sum = 0
            for trial in 0..<200 {
                sum += Self.sketch(of: (0..<size).map { trial << 32 | $0 }, precision: 8).estimate
            }
            let mean = Double(sum) / 200
            // Five standard errors of the mean.
            #expect(abs(mean / Double(size) - 1) < 5 * 1.04 / 16 / Double(200).squareRoot(), "size \(size): \(mean)")
        }
    }

    @Test func keysOfOneTaskAreSpreadAsAllAre() {
        // Hashes that begin with the same four bits, as those of a stage's task do.
        let keys = (0..<400_000).filter { $0.frozenHash >> 60 == 3 }
        let error = Double(Self.sketch(of: keys).estimate) / Double(keys.count) - 1
        #expect(abs(error) < 0.08, "off by \(error)")
    }

    @Test func stringsAreCountedToo() {
        let aggregate = ApproximateDistinctCount<String, String>(of: { $0 }, precision: 14)
        var sketch = aggregate.create()
        for number in 0..<50_000 { aggregate.add("user-\(number % 25_000)", to: &sketch) }
        #expect(abs(aggregate.result(sketch) - 25_000) < 1000)
    }

    @Test(arguments: TestSeeds.some(60))
    func mergingIsAsAddingAllToOne(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let precision = Int.random(in: DistinctSketch.precisions, using: &random)
        let reach = [50, 1000, 1_000_000].randomElement(using: &random) ?? 50
        var parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            (0..<Int.random(in: 0...4000, using: &random)).map { _ in Int.random(in: 0..<reach, using: &random) }
        }
        let whole = Self.sketch(of: parts.joined(), precision: precision)
        parts.shuffle(using: &random)
        var merged = DistinctSketch(precision: precision)
        for part in parts { merged.merge(Self.sketch(of: part, precision: precision)) }
        #expect(merged == whole, "seed \(seed)")
        #expect(try restored(stored(whole)) == whole, "seed \(seed)")

        // With a lower precision on either side, as if all had it.
        let lower = Int.random(in: DistinctSketch.precisions.lowerBound...precision, using: &random)
        let expected = Self.sketch(of: parts.joined(), precision: lower)
        var (left, right) = (whole, Self.sketch(of: [], precision: lower))
        right.merge(whole)
        left.merge(Self.sketch(of: parts.first ?? [], precision: lower))
        #expect(left == expected && right == expected, "seed \(seed), precision \(precision) and \(lower)")
    }

    @Test func damagedBytesNeverTrap() {
        var random = TestRandom(seed: 5)
        for size in [0, 1, 3, 30, 100, 5000] {
            for precision in [4, 8, 12] {
                damage(Self.sketch(of: 0..<size, precision: precision), &random) { sketch in
                    var sketch = sketch
                    sketch.insert(1)
                    sketch.merge(Self.sketch(of: 0..<2000, precision: 6))
                    #expect(sketch.estimate >= 0)
                }
            }
            damage(Set((0..<size).map { "\($0)" }), &random) { _ in }
        }
        #expect(throws: StateDecodingError.self) { try restored([3, 0, 0], as: DistinctSketch.self) }
        #expect(throws: StateDecodingError.self) {
            try restored([4, 1] + [UInt8](repeating: 62, count: 16), as: DistinctSketch.self)
        }
    }

    /// Every register as full as it can be: no set has that, damaged bytes may.
    @Test func fullRegistersHaveAnEstimate() throws {
        let sketch = try restored([4, 1] + [UInt8](repeating: 61, count: 16), as: DistinctSketch.self)
        #expect(sketch?.estimate == 1 << 62)
    }
}
