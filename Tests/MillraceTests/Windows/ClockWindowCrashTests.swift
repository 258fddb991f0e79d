import Millrace
import MillraceTesting
import Testing

/// Windows by the clock whose results wait for a slow stage, while checkpoints come and the pipeline dies.
@Suite struct ClockWindowCrashTests {
    static let keys = 6_000
    static let rounds = 3

    /// Every key once a round, and a pause in which the round's windows end.
    static var script: [ScriptedSource<Int>.Step] {
        (0..<rounds).flatMap { _ in (0..<keys).map { .record($0) } + [.silence(.milliseconds(200))] }
    }

    /// A checkpoint comes while a window is given, in part: its results are there once all the same, and each record is
    /// counted once, though in another window after the restart.
    @Test(arguments: TestSeeds.some(8))
    func eachRecordIsGivenOnce(seed: UInt64) throws {
        print("seed \(seed)")
        let folder = try TemporaryFolder()
        let output = TestOutput<WindowResult<Int, Int>>()
        let pipeline = Pipeline("clock") { graph in
            graph.source(ScriptedSource([Self.script]))
                .keyed { $0 }
                .window(.tumbling(of: .milliseconds(100)), time: .processing)
                .aggregate(Count())
                .keyed { $0.key % 7 }
                .batches(of: 50, within: .milliseconds(5), options: .init(recordsPerSecond: 10_000)) { _ in .succeeded }
                .sink(output)
        }
        var test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(30)))
        test.options.channels = ChannelLimits(records: 256)
        for crash in [1 + seed, 4 + 2 * seed, 9 + 3 * seed] {
            try test.runUntilCrash(pipeline, parallelism: 2, at: .committed(CheckpointNumber(crash)))
        }
        try test.run(pipeline, parallelism: seed % 2 == 0 ? 1 : 3)
        let sums = output.records.reduce(into: [Int: Int]()) { $0[$1.key, default: 0] += $1.value }
        #expect(sums.count == Self.keys)
        let wrong = sums.filter { $0.value != Self.rounds }.count
        #expect(wrong == 0, "\(wrong) of \(sums.count) keys, seed \(seed)")
    }
}
