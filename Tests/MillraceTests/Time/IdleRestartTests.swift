import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceTime
@testable import MillraceState

/// An input that is idle and comes back: some tasks have gone on without it, others have not. A restart at another
/// parallelism between the two.
@Suite struct IdleRestartTests {
    struct Event: Sendable, BitwiseCopyable {
        let key: Int
        let time: Timestamp
    }

    /// Two inputs that go on, and one that is silent again and again, and far behind when it comes back.
    static func scripts(_ random: inout SeededRandom) -> [[ScriptedSource<Event>.Step]] {
        (0..<3).map { partition in
            var steps: [ScriptedSource<Event>.Step] = []
            for tick in 0..<200 {
                let time = Int64(tick * 5)
                if partition == 1, tick % 50 < 6 {
                    steps.append(.silence(.milliseconds(5)))
                    continue
                }
                for _ in 0..<Int.random(in: 2...6, using: &random) {
                    let behind = (partition == 1 ? 100 : 0) + Int64.random(in: 0...5, using: &random)
                    steps.append(
                        .record(
                            Event(
                                key: Int.random(in: 0..<6, using: &random),
                                time: Timestamp(milliseconds: max(0, time - behind)))))
                }
                steps.append(.silence(.milliseconds(5)))
            }
            return steps
        }
    }

    @Test(arguments: TestSeeds.some(60))
    func noWindowIsGivenTwice(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let scripts = Self.scripts(&random)
        let folder = try TemporaryFolder()
        var options = CheckpointOptions(directory: folder.path, every: .milliseconds(7))
        options.foldAfter = 2
        let output = TestOutput<WindowResult<Int, Int>>()
        let pipeline = Pipeline("idle") { graph in
            graph.source(
                ScriptedSource(scripts), eventTime: \.time,
                watermarks: .boundedOutOfOrder(by: .milliseconds(5), idleTimeout: .milliseconds(8))
            ).keyed(by: \.key).window(.tumbling(of: .milliseconds(3))).fold(into: 0) { count, _ in count += 1 }
                .named("windows").sink(output)
        }
        var test = PipelineTest(seed: seed, checkpoints: options)
        var checkpoint: UInt64 = 0
        while true {
            test.seed = random.next()
            checkpoint += UInt64.random(in: 1...6, using: &random)
            let point = CrashTests.points[Int.random(in: 0..<CrashTests.points.count, using: &random)].1
            let crashed = try test.runUntilCrash(
                pipeline, parallelism: Int.random(in: 1...6, using: &random), at: point(CheckpointNumber(checkpoint)))
            if !crashed { break }
        }
        var seen: Set<[Int64]> = []
        for result in output.records {
            let isNew = seen.insert([Int64(result.key), result.window.start.milliseconds]).inserted
            #expect(isNew, "seed \(seed): key \(result.key), \(result.window)")
        }
        #expect(seen.count > 100, "seed \(seed)")
    }
}
