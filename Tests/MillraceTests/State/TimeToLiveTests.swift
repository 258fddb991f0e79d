import Millrace
import MillraceTesting
import Testing

/// State that forgets: when it does, that it does so in the store as well, and that a restart changes nothing.
@Suite struct TimeToLiveTests {
    typealias Step = ScriptedSource<Int>.Step

    @Test func aKeyIsRememberedForItsTime() throws {
        let output = TestOutput<Int>()
        let steps: [Step] = [
            .record(1), .silence(.milliseconds(900)), .record(1), .silence(.milliseconds(200)), .record(1),
            .silence(.milliseconds(999)), .record(1), .silence(.milliseconds(10)), .record(1),
        ]
        let pipeline = Pipeline("seen") { graph in
            graph.source(ScriptedSource([steps])).keyed { $0 }
                .deduplicated(timeToLive: TimeToLive(.seconds(1))).sink(output)
        }
        try PipelineTest(seed: 1).run(pipeline)
        // At 0; forgotten at 1000, so again at 1100; and at 2109.
        #expect(output.records == [1, 1, 1])
    }

    @Test func lookingMayKeepStateAlive() throws {
        for (refresh, expected) in [(TimeToLive.Refresh.onWrite, [1, 1]), (.onReadAndWrite, [1, 1, 1])] {
            let output = TestOutput<Int>()
            let pipeline = Pipeline("reads") { graph in
                graph.source(
                    ScriptedSource([
                        [
                            Step.record(0), .silence(.milliseconds(600)), .record(1), .silence(.milliseconds(300)),
                            .record(1), .silence(.milliseconds(300)), .record(1),
                        ]
                    ])
                )
                .keyed { _ in 1 }
                .process(to: Int.self) { states in
                    let value = states.value(
                        "value", of: Int.self, timeToLive: TimeToLive(.seconds(1), refresh: refresh))
                    return ProcessFunction(onRecord: { record, context in
                        if record == 0 { return try value.set(1) }
                        if let value = try value.get() { try context.emit(value) }
                    })
                }
                .sink(output)
            }
            try PipelineTest(seed: 1).run(pipeline)
            #expect(output.records == expected, "\(refresh)")
        }
    }

    @Test func eventTimeCounts() throws {
        let output = TestOutput<Int>()
        let times: [Int] = [0, 500, 999, 1000, 2500, 2600]
        let pipeline = Pipeline("event") { graph in
            graph.source(
                ScriptedSource([times.flatMap { [Step.record($0), .silence(.milliseconds(1))] }]),
                eventTime: { Timestamp(milliseconds: Int64($0)) }, watermarks: .monotonic()
            )
            .keyed { _ in 1 }
            .deduplicated(timeToLive: TimeToLive(.seconds(1), in: .event)).sink(output)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(output.records == [0, 1000, 2500])
    }

    /// A thousand keys that nobody asks for again leave the store, while one that is used stays; with a restart between.
    @Test func whatNobodyReadsLeavesTheStore() throws {
        let folder = try TemporaryFolder()
        let output = TestOutput<Int>()
        var steps: [Step] = (0..<1000).map { .record($0) }
        for _ in 0..<40 { steps += [.silence(.milliseconds(100)), .record(7)] }
        let script = steps
        let pipeline = Pipeline("forget") { graph in
            graph.source(ScriptedSource([script])).keyed { $0 }
                .process(to: Int.self) { states in
                    let count = states.value("count", of: Int.self, timeToLive: TimeToLive(.seconds(1)))
                    return ProcessFunction(onRecord: { _, context in
                        try count.update(or: 0) { $0 += 1 }
                        try context.emit(try count.get() ?? 0)
                    })
                }
                .named("counts").sink(output)
        }
        var test = PipelineTest(
            seed: 3, checkpoints: .init(directory: folder.path, every: .milliseconds(50)))
        test.options.memoryBudget = 1 << 20
        try test.run(pipeline, parallelism: 2, stoppingAt: .milliseconds(700))
        #expect(try Self.keys(folder.path).count == 1000)
        try test.run(pipeline, parallelism: 3)
        #expect(try Self.keys(folder.path) == [7])
        #expect(output.records.max() == 41)
    }

    /// Far more keys than the memory budget holds, most of which are over after a silence: exactly those leave the store,
    /// those that were used again stay with what they had, with a crash between.
    @Test(arguments: TestSeeds.some(3))
    func whatIsOverLeavesTheStoreWithoutComingIntoMemory(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let output = TestOutput<Int>()
        let keys = 8_000
        let kept = { (key: Int) in key % 5 == 2 }
        let used = (0..<keys).filter(kept)
        var script: [Step] = (0..<keys).map { .record($0) }
        // A silence begins anew after a crash, and twice is less than the time to live.
        for _ in 0..<5 { script += [.silence(.milliseconds(400))] + used.map { .record($0) } }
        let steps = script
        let pipeline = Pipeline("forget") { graph in
            graph.source(ScriptedSource([steps])).keyed { $0 }
                .process(to: Int.self) { states in
                    let count = states.value("count", of: Int.self, timeToLive: TimeToLive(.seconds(1)))
                    return ProcessFunction(onRecord: { _, context in
                        try count.update(or: 0) { $0 += 1 }
                        try context.emit(try count.get() ?? 0)
                    })
                }
                .named("counts").sink(output)
        }
        var test = PipelineTest(
            seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(50)))
        test.options.memoryBudget = 96 << 10
        test.options.channels = ChannelLimits(records: 256)
        try test.runUntilCrash(pipeline, parallelism: 2, at: .committed(CheckpointNumber(6 + 8 * (seed % 4))))
        try test.run(pipeline, parallelism: 3)
        #expect(try Self.keys(folder.path).sorted() == used)
        #expect(output.records.filter { $0 == 6 }.count == used.count)
        #expect(output.records.count == keys + 5 * used.count)
    }

    static func keys(_ path: String) throws -> [Int] {
        var keys: [Int] = []
        try StateInspection(directory: path).forEach(of: "counts", state: "count", key: Int.self, value: Int.self) {
            key, _ in keys.append(key)
        }
        return keys
    }
}
