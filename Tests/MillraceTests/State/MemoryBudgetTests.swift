import Millrace
import MillraceTesting
import Testing

/// Keyed state that is larger than the memory it may take, and changes all the time.
@Suite struct MemoryBudgetTests {
    static let records = 60_000
    static let keys: UInt64 = 40_000

    /// Keys come back in no order: three times each, most within the gap.
    static func sessions(_ output: TestOutput<WindowResult<UInt64, Int>>) -> Pipeline {
        Pipeline("sessions") { graph in
            graph.source(
                MemorySource([Array(0..<records)]),
                eventTime: { Timestamp(milliseconds: Int64($0)) }, watermarks: .monotonic()
            )
            .keyed { record in
                var random = TestRandom(seed: UInt64(record))
                return UInt64.random(in: 0..<keys, using: &random)
            }
            .window(.session(gap: .milliseconds(45_000)))
            .aggregate(Count())
            .sink(output)
        }
    }

    static func run(
        budget: Int, parallelism: Int, seed: UInt64
    ) throws -> (results: [String], peak: Int, checkpoints: UInt64) {
        let folder = try TemporaryFolder()
        let output = TestOutput<WindowResult<UInt64, Int>>()
        var test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .seconds(1)))
        test.options.memoryBudget = budget
        test.options.channels = ChannelLimits(records: 256)
        let status = try test.run(sessions(output), parallelism: parallelism)
        let results = output.records.map { "\($0.key) \($0.window.start) \($0.window.end) \($0.value)" }.sorted()
        return (results, status.peakMemory, status.checkpoint.value)
    }

    /// What comes on top of the budget is what was on its way when the sources were told to wait: some thousand records,
    /// each a new entry; and the times at which sessions are looked at, which stay in memory.
    @Test(arguments: [(1, 1), (2, 2)])
    func changingSessionsKeepToTheBudget(parallelism: Int, seed: Int) throws {
        let (budget, onTheWay) = (512 << 10, 1_400_000)
        let bound = budget + onTheWay + Int(Self.keys) * 16
        let large = try Self.run(budget: 1 << 30, parallelism: parallelism, seed: UInt64(seed))
        let small = try Self.run(budget: budget, parallelism: parallelism, seed: UInt64(seed))
        #expect(small.results == large.results)
        print("at most \(small.peak) bytes of \(large.peak), \(small.checkpoints) checkpoints")
        // With two tasks, what is on its way to both is as much as so few keys take: there the bound says nothing.
        if parallelism > 1 { return }
        #expect(large.peak > bound, "it would have fit: \(large.peak) bytes")
        #expect(small.peak <= bound, "\(small.peak) bytes, \(small.checkpoints) checkpoints")
    }

    /// Windows of more keys than fit: new ones all the time, some that come back, all given when the window ends, also after
    /// a crash and at another parallelism.
    @Test(arguments: 1...4)
    func aWindowLargerThanTheBudgetIsGivenWhole(seed: UInt64) throws {
        let pipeline = { (output: TestOutput<WindowResult<UInt64, Int>>) in
            Pipeline("window") { graph in
                graph.source(
                    MemorySource([Array(0..<Self.records)]),
                    eventTime: { Timestamp(milliseconds: Int64($0)) }, watermarks: .monotonic()
                )
                .keyed { record in
                    var random = TestRandom(seed: UInt64(record))
                    let isNew = Int.random(in: 0..<3, using: &random) > 0
                    return isNew ? UInt64(record) : UInt64.random(in: 0..<Self.keys, using: &random)
                }
                .window(.tumbling(of: .milliseconds(Int64(Self.records) * 2 / 3)))
                .aggregate(Count())
                .sink(output)
            }
        }
        var expected: [String] = []
        for budget in [1 << 30, 256 << 10] {
            let folder = try TemporaryFolder()
            let output = TestOutput<WindowResult<UInt64, Int>>()
            var test = PipelineTest(
                seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(200)))
            test.options.memoryBudget = budget
            test.options.channels = ChannelLimits(records: 256)
            if budget < 1 << 30 {
                try test.runUntilCrash(
                    pipeline(output), parallelism: 2, at: .committed(CheckpointNumber(3 + seed)))
            }
            try test.run(pipeline(output), parallelism: seed % 2 == 0 ? 1 : 3)
            let results = output.records.map { "\($0.key) \($0.window.start) \($0.value)" }.sorted()
            if budget == 1 << 30 { expected = results }
            #expect(results == expected, "seed \(seed)")
        }
        #expect(expected.count > Self.records / 2)
    }

    /// A window that forgets what it has given, of more keys than fit: what had left memory is forgotten too, so that what
    /// comes late counts alone.
    @Test(arguments: 1...4)
    func whatWasGivenIsForgottenOutsideMemoryToo(seed: UInt64) throws {
        let (keys, jump) = (30_000, 1_000)
        let pipeline = { (output: TestOutput<WindowResult<Int, Int>>) in
            Pipeline("discarding") { graph in
                graph.source(
                    MemorySource([Array(0..<keys * 2 + jump)]),
                    eventTime: {
                        let time = $0 < keys ? $0 * 20_000 / keys : $0 < keys + jump ? 25_000 : 10_000
                        return Timestamp(milliseconds: Int64(time))
                    },
                    watermarks: .monotonic()
                )
                .keyed { $0 < keys ? $0 : $0 < keys + jump ? -1 : ($0 - jump) * 7 % keys }
                .window(.tumbling(of: .milliseconds(20_000)), allowedLateness: .seconds(100))
                .trigger(.atWatermark.discarding)
                .aggregate(Count())
                .sink(output)
            }
        }
        for budget in [1 << 30, 256 << 10] {
            let folder = try TemporaryFolder()
            let output = TestOutput<WindowResult<Int, Int>>()
            var test = PipelineTest(
                seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(200)))
            test.options.memoryBudget = budget
            test.options.channels = ChannelLimits(records: 256)
            try test.runUntilCrash(pipeline(output), parallelism: 2, at: .committed(CheckpointNumber(1 + seed)))
            try test.run(pipeline(output), parallelism: seed % 2 == 0 ? 1 : 3)
            let rows = output.records.filter { $0.key >= 0 }
            #expect(rows.count > keys * 3 / 2, "most of what is late comes after the window was given")
            let sums = rows.reduce(into: [Int: Int]()) { $0[$1.key, default: 0] += $1.value }
            #expect(sums.count == keys)
            #expect(sums.values.allSatisfy { $0 == 2 }, "seed \(seed), budget \(budget)")
        }
    }

    /// One value that is larger than the budget: it goes on beyond it, and to the end.
    @Test(arguments: [true, false])
    func aSingleValueLargerThanTheBudget(hasStore: Bool) throws {
        let folder = try TemporaryFolder()
        let output = TestOutput<Keyed<Int, [Int]>>()
        let pipeline = Pipeline("large") { graph in
            graph.source(MemorySource([Array(0..<4_000)]))
                .keyed { _ in 1 }
                .fold(into: [Int](), emitting: .atCheckpoints) { $0.append($1) }
                .named("all").sink(output)
        }
        var test = PipelineTest(
            seed: 1,
            checkpoints: hasStore ? .init(directory: folder.path, every: .milliseconds(10)) : nil)
        test.options.memoryBudget = 2_000
        test.options.channels = ChannelLimits(records: 64)
        try test.run(pipeline, parallelism: 1)
        #expect(output.records.last?.value.count == 4_000)
    }
}
