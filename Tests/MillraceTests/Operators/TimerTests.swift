import Foundation
import Millrace
import MillraceTesting
import Testing

/// Timers: which fire at the end of input, and what many of them cost.
@Suite struct TimerTests {
    /// A timer every ten milliseconds from a key's first record on.
    func row(_ numbers: [[Int]], _ output: TestOutput<String>, processing: Bool = false) -> Pipeline {
        Pipeline("row") { graph in
            graph.source(
                .memory(numbers), eventTime: { Timestamp(milliseconds: Int64($0)) },
                watermarks: .boundedOutOfOrder(by: .milliseconds(100))
            )
            .keyed { $0 % 3 }
            .process(to: String.self) { _ in
                ProcessFunction(
                    onRecord: { record, context in
                        if record > 2 { return }
                        try context.setTimer(
                            processing
                                ? .processing(context.processingTime.advanced(by: .milliseconds(10)))
                                : .event(context.time.advanced(by: .milliseconds(10))))
                    },
                    onTimer: { timer, context in
                        try context.emit("\(context.key) \(timer.time.milliseconds)")
                        let next = timer.time.advanced(by: .milliseconds(10))
                        try context.setTimer(processing ? .processing(next) : .event(next))
                    })
            }
            .sink(output)
        }
    }

    /// Each key's row ends behind the last record of all, whatever the parallelism.
    @Test(arguments: TestSeeds.some(8))
    func aRowOfTimersEndsWithTheInput(seed: UInt64) throws {
        let output = TestOutput<String>()
        try PipelineTest(seed: seed).run(
            row([[0, 1, 2, 500], [400, 300, 641]], output), parallelism: Int(seed) % 4 + 1)
        let expected = (0..<3).flatMap { key in stride(from: key + 10, through: 651, by: 10).map { "\(key) \($0)" } }
        #expect(output.records.sorted() == expected.sorted())
    }

    @Test func aRowByTheClockEndsToo() throws {
        let output = TestOutput<String>()
        try PipelineTest(seed: 1).run(row([[0, 1, 2]], output, processing: true))
        #expect(output.records.count == 3)
    }

    @Test func aRowThatStandsStillIsNamed() throws {
        let pipeline = Pipeline("still") { graph in
            graph.source(
                .memory([[1, 2, 1000]]), eventTime: { Timestamp(milliseconds: Int64($0)) }, watermarks: .monotonic()
            )
            .keyed { _ in 0 }
            .process(to: Int.self) { _ in
                ProcessFunction(
                    onRecord: { _, context in try context.setTimer(.event(context.time)) },
                    onTimer: { timer, context in try context.setTimer(.event(timer.time)) })
            }
            .named("restless").sink(TestOutput<Int>())
        }
        let error = #expect(throws: (any Error).self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect("\(error as Any)".contains("restless") && "\(error as Any)".contains("would never end"))
    }

    /// Timers that are set, moved and deleted at random, against a dictionary; also after crashes.
    @Test(arguments: TestSeeds.some(10))
    func timersAgreeWithADictionary(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        // Key, and a time to set (or if below zero to delete).
        let records = (0..<3000).map { index in
            (index, Int.random(in: 0..<20, using: &random), Int.random(in: -80...400, using: &random))
        }
        let inputs = records.map { [$0.0, $0.1, $0.2] }
        var wanted: [Int: Set<Int>] = [:]
        var expected: [String] = []
        for record in inputs {
            let (now, key, change) = (record[0], record[1], record[2])
            for (other, times) in wanted {
                for time in times where time <= now - 1 { expected.append("\(other) \(time)") }
                wanted[other] = times.filter { $0 > now - 1 }
            }
            if change >= 0 {
                wanted[key, default: []].insert(now + change)
            } else {
                wanted[key, default: []].remove(now - change)
            }
        }
        for (other, times) in wanted { expected += times.map { "\(other) \($0)" } }
        let folder = try TemporaryFolder()
        let output = TestOutput<String>()
        let pipeline = Pipeline("timers") { graph in
            graph.source(
                .memory([inputs]), name: "changes", eventTime: { Timestamp(milliseconds: Int64($0[0])) },
                watermarks: .monotonic(), recordsPerSecond: 20_000
            )
            .keyed { $0[1] }
            .process(to: String.self) { _ in
                ProcessFunction(
                    onRecord: { record, context in
                        let time = Timestamp(milliseconds: Int64(record[0] + abs(record[2])))
                        if record[2] >= 0 {
                            try context.setTimer(.event(time))
                        } else {
                            try context.deleteTimer(.event(time))
                        }
                    },
                    onTimer: { timer, context in try context.emit("\(context.key) \(timer.time.milliseconds)") })
            }
            .named("timers").sink(output)
        }
        let test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(10)))
        let crashed = try test.runUntilCrash(pipeline, at: .committed(CheckpointNumber(seed % 10 + 1)))
        #expect(crashed)
        try test.run(pipeline)
        // Watermarks come with batches: a change may find a timer that a watermark of each record would have fired.
        #expect(
            Set(output.records).isSubset(
                of: Set(expected).union(inputs.filter { $0[2] >= 0 }.map { "\($0[1]) \($0[0] + $0[2])" })))
        #expect(Set(output.records).count == output.records.count)
    }

    /// A timer that each record moves: the heap does not keep what was deleted. Many of one key: no time is looked for long.
    @Test func manyTimersCostLittle() throws {
        let output = TestOutput<Int>()
        let pipeline = Pipeline("many") { graph in
            graph.source(
                .generator(partitions: 1, count: 400_000) { _, index in Int(index) },
                eventTime: { Timestamp(milliseconds: Int64($0)) }, watermarks: .monotonic()
            )
            .keyed { $0 % 2 }
            .process(to: Int.self) { states in
                let last = states.value("last", of: Int64.self)
                return ProcessFunction(
                    onRecord: { record, context in
                        if record % 2 == 0 {
                            // One live timer, far away.
                            if let old = try last.get() {
                                try context.deleteTimer(.event(Timestamp(milliseconds: old)))
                            }
                            try last.set(Int64(record) + 10_000_000)
                            try context.setTimer(.event(Timestamp(milliseconds: Int64(record) + 10_000_000)))
                        } else if record < 80_000 {
                            // Tens of thousands at once.
                            try context.setTimer(.event(Timestamp(milliseconds: Int64(record) + 200_000)))
                        }
                    },
                    onTimer: { _, context in try context.emit(context.key) })
            }
            .sink(output)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(output.records.count == 40_001)
    }

    /// A process function has as many outputs as it likes.
    @Test func aProcessHasSideOutputs() throws {
        let (even, odd) = (TestOutput<Int>(), TestOutput<String>())
        let pipeline = Pipeline("sides") { graph in
            let side = graph.sideOutput("odd", of: String.self)
            graph.source(.memory([[1, 2, 3, 4]])).keyed { $0 % 2 }
                .process(to: Int.self) { states in
                    let odd = states.sideOutput(side)
                    return ProcessFunction(onRecord: { record, context in
                        if record % 2 == 0 { try context.emit(record) } else { try odd.emit("\(record)") }
                    })
                }
                .sink(even)
            side.stream.sink(odd)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(even.records == [2, 4])
        #expect(odd.records == ["1", "3"])
    }

    /// Their times come into memory at a start, not the table of them.
    @Test func aStartLeavesTimersInTheStore() throws {
        let folder = try TemporaryFolder()
        let keys = 40_000
        let fired = TestOutput<Int>()
        let pipeline = Pipeline("many") { graph in
            let steps = (0..<keys).map { ScriptedSource<Int>.Step.record($0) } + [.silence(.seconds(5)), .record(0)]
            graph.source(
                ScriptedSource([steps]), eventTime: { _ in Timestamp(milliseconds: 1) }, watermarks: .monotonic()
            )
            .keyed { $0 }
            .process(to: Int.self) { _ in
                ProcessFunction(
                    onRecord: { record, context in
                        // Many a key, so that the table is much larger than the heap's share of a key.
                        for time in 0..<(record % 4 + 1) {
                            try context.setTimer(.event(Timestamp(milliseconds: Int64(1000 + time))))
                        }
                    }, onTimer: { _, context in try context.emit(context.key) })
            }
            .named("timers").sink(fired)
        }
        let test = PipelineTest(
            seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(500)))
        let first = try test.run(pipeline, stoppingAt: .seconds(3))
        let second = try test.run(pipeline, stoppingAt: .seconds(4))
        #expect(second.peakMemory < first.peakMemory / 2, "\(second.peakMemory) of \(first.peakMemory)")
        try test.run(pipeline)
        #expect(fired.records.count == keys / 4 * 10)
    }
}
