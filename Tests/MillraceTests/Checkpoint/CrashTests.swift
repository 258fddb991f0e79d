import Millrace
import MillraceTesting
import Testing

/// Crashes a pipeline with a fold, windows and timers at every named point of the commit protocol, restores it at another
/// parallelism, and compares its output with that of an undisturbed run.
@Suite struct CrashTests {
    struct Event: Sendable, BitwiseCopyable {
        let key: Int
        let value: Int
        let time: Timestamp
    }

    static let points: [(String, @Sendable (CheckpointNumber) -> CrashPoint)] = [
        ("beforeBarriers", { .beforeBarriers($0) }), ("sourceNoted", { .sourceNoted($0) }),
        ("aligned", { .aligned($0) }),
        ("encoded", { .encoded($0) }), ("handedIn", { .handedIn($0) }), ("outputDurable", { .outputDurable($0) }),
        ("insideCommit", { .insideCommit($0) }), ("committed", { .committed($0) }), ("publishing", { .publishing($0) }),
        ("published", { .published($0) }), ("insideFold", { .insideFold($0) }), ("foldStepped", { .foldStepped($0) }),
    ]

    /// Records in bursts with silences between, so that checkpoints fall between them.
    static func scripts(partitions: Int, seed: UInt64) -> [[ScriptedSource<Event>.Step]] {
        var random = SeededRandom(seed: seed)
        return (0..<partitions).map { _ in
            var time: Int64 = 0
            var steps: [ScriptedSource<Event>.Step] = []
            for _ in 0..<30 {
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    time += Int64.random(in: 0...20, using: &random)
                    let disorder = Int64.random(in: 0...30, using: &random)
                    steps.append(
                        .record(
                            Event(
                                key: Int.random(in: 0..<9, using: &random),
                                value: Int.random(in: 0..<100, using: &random),
                                time: Timestamp(milliseconds: max(0, time - disorder)))))
                }
                steps.append(.silence(.milliseconds(Int64.random(in: 1...8, using: &random))))
            }
            return steps
        }
    }

    struct Outputs {
        let totals = TestOutput<Keyed<Int, Int>>()
        let windows = TestOutput<WindowResult<Int, Int>>()
        let timers = TestOutput<String>()

        /// What does not depend on the order between partitions.
        var summary: [String] {
            var last: [Int: Int] = [:]
            for total in totals.records { last[total.key] = max(last[total.key] ?? 0, total.value) }
            return last.map { "total \($0.key) \($0.value)" }.sorted() + ["updates \(totals.records.count)"]
                + windows.records.map { "window \($0.key) \($0.window) \($0.value)" }.sorted() + timers.records.sorted()
        }
    }

    static func pipeline(_ scripts: [[ScriptedSource<Event>.Step]], _ outputs: Outputs) -> Pipeline {
        Pipeline("crash-test") { graph in
            let events = graph.source(
                ScriptedSource(scripts), eventTime: \.time,
                watermarks: .boundedOutOfOrder(by: .milliseconds(30)))
            let keyed = events.keyed(by: \.key)
            keyed.fold(into: 0) { $0 += $1.value }.named("totals").sink(outputs.totals, name: "totals-out")
            keyed.window(.tumbling(of: .milliseconds(50))).fold(into: 0) { $0 += $1.value }.named("windows")
                .sink(outputs.windows, name: "windows-out")
            keyed.process(to: String.self) { states in
                let seen = states.value("seen", of: Int.self)
                return ProcessFunction(
                    onRecord: { event, context in
                        try seen.update(or: 0) { $0 += 1 }
                        let due = context.time.milliseconds / 100 * 100 + 100
                        try context.setTimer(.event(Timestamp(milliseconds: due)))
                    },
                    onTimer: { timer, context in
                        try context.emit("timer \(context.key) \(timer.time.milliseconds)")
                        // Counting on over the timers: state and timers have to be of one checkpoint.
                        if timer.time.milliseconds % 300 == 0 { try seen.clear() }
                    })
            }.named("timers").sink(outputs.timers, name: "timers-out")
        }
    }

    static func undisturbed(_ scripts: [[ScriptedSource<Event>.Step]], seed: UInt64) throws -> [String] {
        let outputs = Outputs()
        try PipelineTest(seed: seed).run(pipeline(scripts, outputs))
        return outputs.summary
    }

    @Test(arguments: 1...4, points.map(\.0))
    func aCrashLosesAndDoublesNothing(partitions: Int, point: String) throws {
        let make = try #require(Self.points.first { $0.0 == point }?.1)
        for (round, checkpoint) in [1, 2, 4, 7].enumerated() {
            let seed = UInt64(partitions * 100 + round)
            let scripts = Self.scripts(partitions: partitions, seed: seed)
            let expected = try Self.undisturbed(scripts, seed: seed)
            let folder = try TemporaryFolder()
            var options = CheckpointOptions(directory: folder.path, every: .milliseconds(7))
            options.foldAfter = 2
            let outputs = Outputs()
            let test = PipelineTest(seed: seed, checkpoints: options)
            let pipeline = Self.pipeline(scripts, outputs)
            let crashed = try test.runUntilCrash(
                pipeline, parallelism: partitions, at: make(CheckpointNumber(UInt64(checkpoint))))
            if crashed { try test.run(pipeline, parallelism: (partitions + round) % 4 + 1) }
            expectSame(outputs.summary, expected, "seed \(seed), crash at \(point) of checkpoint \(checkpoint)")
        }
    }

    /// Dies again and again, each time somewhere else, each time going on at another parallelism.
    @Test(arguments: 1...4)
    func manyCrashesInARow(partitions: Int) throws {
        for round in 0..<4 {
            let seed = UInt64(1000 + partitions * 10 + round)
            var random = SeededRandom(seed: seed)
            let scripts = Self.scripts(partitions: partitions, seed: seed)
            let expected = try Self.undisturbed(scripts, seed: seed)
            let folder = try TemporaryFolder()
            var options = CheckpointOptions(directory: folder.path, every: .milliseconds(5))
            options.foldAfter = Int.random(in: 1...4, using: &random)
            let outputs = Outputs()
            var test = PipelineTest(seed: seed, checkpoints: options)
            let pipeline = Self.pipeline(scripts, outputs)
            for checkpoint in 1...12 {
                test.seed = random.next()
                let point = Self.points[Int.random(in: 0..<Self.points.count, using: &random)].1
                let crashed = try test.runUntilCrash(
                    pipeline, parallelism: Int.random(in: 1...4, using: &random),
                    at: point(CheckpointNumber(UInt64(checkpoint))))
                if !crashed { break }
            }
            try test.run(pipeline, parallelism: Int.random(in: 1...4, using: &random))
            expectSame(outputs.summary, expected, "seed \(seed)")
        }
    }
}
