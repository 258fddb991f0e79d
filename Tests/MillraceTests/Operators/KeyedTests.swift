import Millrace
import MillraceTesting
import Testing

/// The operators that keep state per key.
@Suite struct KeyedTests {
    typealias Step = ScriptedSource<Int>.Step

    /// Numbers, keyed by whether they are odd, a batch each; event time is the number in seconds.
    func run<Output: Sendable>(
        _ numbers: [Int] = [1, 2, 3, 4, 5], seed: UInt64 = 1, checkpoints: CheckpointOptions? = nil,
        _ build: (KeyedStream<Int, Int>) -> Stream<Output>
    ) throws -> [Output] {
        let output = TestOutput<Output>()
        let steps = numbers.flatMap { [Step.record($0), .silence(.milliseconds(20))] }
        let pipeline = Pipeline("keyed") { graph in
            let keyed = graph.source(
                ScriptedSource([steps]), eventTime: { Timestamp(milliseconds: Int64($0) * 1000) },
                watermarks: .monotonic()
            ).keyed { $0 % 2 }
            build(keyed).sink(output)
        }
        try PipelineTest(seed: seed, checkpoints: checkpoints).run(pipeline, parallelism: 1)
        return output.records
    }

    @Test func foldGivesAResultPerRecord() throws {
        let sums = try run { $0.fold(into: 0) { $0 += $1 } }
        #expect(sums.map { "\($0.key):\($0.value)" } == ["1:1", "0:2", "1:4", "0:6", "1:9"])
    }

    @Test func foldGivesWhatChangedAtCheckpoints() throws {
        let folder = try TemporaryFolder()
        let sums = try run(checkpoints: .init(directory: folder.path, every: .seconds(100))) {
            $0.fold(into: 0, emitting: .atCheckpoints) { $0 += $1 }
        }
        #expect(sums.map { "\($0.key):\($0.value)" }.sorted() == ["0:6", "1:9"])
    }

    @Test func foldGivesWhatChangedAtWatermarks() throws {
        let sums = try run([1, 1, 3]) { $0.fold(into: 0, emitting: .atWatermarks) { $0 += $1 } }
        // The second 1 does not move the watermark: its result comes with the 3.
        #expect(sums.map(\.value) == [1, 5])
    }

    @Test func reduceBeginsWithTheFirst() throws {
        let least = try run([5, 3, 7, 1]) { $0.reduce { min($0, $1) } }
        #expect(least.map(\.value) == [5, 3, 3, 1])
    }

    @Test func aFoldThatThrowsLeavesItsValueAsItWas() throws {
        struct Three: Error {}
        let sums = try run {
            $0.fold(into: 0, onError: .skip) { sum, number in
                sum += number
                if number == 3 { throw Three() }
            }
        }
        #expect(sums.map(\.value) == [1, 2, 6, 6])
    }

    @Test func processKeepsValuesMapsAndLists() throws {
        let result = try run([1, 2, 3, 4, 5]) { keyed in
            keyed.process(to: String.self) { states in
                let last = states.value("last", of: Int.self)
                let seen = states.map("seen", of: (String, Int).self)
                let list = states.list("list", of: Int.self)
                return ProcessFunction(onRecord: { number, context in
                    let before = try last.get()
                    if number == 3 { try last.clear() } else { try last.set(number) }
                    try seen.set("n\(number)", number)
                    try list.append(number)
                    try context.emit("\(context.key) \(before ?? -1) \(seen.get().count) \(list.get())")
                })
            }
        }
        #expect(result == ["1 -1 1 [1]", "0 -1 1 [2]", "1 1 2 [1, 3]", "0 2 2 [2, 4]", "1 -1 3 [1, 3, 5]"])
    }

    ///     records   1      2      3      4 (seconds)      timers: each at the record's time + 1.5 s, once
    ///     fires                 2.5(1)  3.5(2) ...        in order of time, the rest at the end of input
    @Test func eventTimersFireInOrderAndOnce() throws {
        let result = try run([1, 2, 3, 4]) { keyed in
            keyed.process(to: String.self) { _ in
                ProcessFunction(
                    onRecord: { number, context in
                        let timer = Timer.event(context.time.advanced(by: .milliseconds(1500)))
                        try context.setTimer(timer)
                        try context.setTimer(timer)
                        if number == 2 { try context.deleteTimer(timer) }
                        try context.emit("record \(number)")
                    },
                    onTimer: { timer, context in
                        try context.emit("timer \(timer.time.milliseconds) of \(context.key)")
                    })
            }
        }
        #expect(
            result == [
                "record 1", "record 2", "record 3", "timer 2500 of 1", "record 4", "timer 4500 of 1", "timer 5500 of 0",
            ])
    }

    @Test func processingTimersGoByTheClock() throws {
        let result = try run([1, 3, 5]) { keyed in
            keyed.process(to: String.self) { _ in
                ProcessFunction(
                    onRecord: { number, context in
                        if number == 1 {
                            try context.setTimer(.processing(context.processingTime.advanced(by: .milliseconds(25))))
                        }
                        try context.emit("record \(number)")
                    },
                    onTimer: { _, context in try context.emit("timer") })
            }
        }
        #expect(result == ["record 1", "record 3", "timer", "record 5"])
    }

    @Test func recordsWithoutAKeyGoTheirOwnWay() throws {
        let output = TestOutput<Keyed<String, Int>>()
        let names: [String?] = ["a", nil, "a", "b"]
        let pipeline = Pipeline("optional-key") { graph in
            graph.source(.memory([names])).keyed(by: { $0 }, missing: .skip).fold(into: 0) { count, _ in count += 1 }
                .sink(output)
        }
        let status = try PipelineTest(seed: 1).run(pipeline)
        #expect(output.records.map { "\($0.key)\($0.value)" }.sorted() == ["a1", "a2", "b1"])
        #expect(status.skipped == 1)
    }
}
