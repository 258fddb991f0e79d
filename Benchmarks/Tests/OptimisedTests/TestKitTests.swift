import Foundation
import Millrace
import MillraceTesting
import Testing

/// The test kit in an optimised build, as a dependent may use it: on one thread, by the manual clock, through crashes.
@Suite struct TestKitTests {
    typealias Step = ScriptedSource<Int64>.Step

    static let scripts: [[Step]] = (0..<3).map { partition in
        (0..<60).flatMap { number -> [Step] in
            [.record(Int64(number * 50 + partition)), .silence(.milliseconds(number % 7 == 0 ? 30 : 1))]
        }
    }

    /// Every kind of operator that waits: for event time, for the clock, for calls.
    static func pipeline(_ output: TestOutput<String>, _ clock: any PipelineClock) -> Pipeline {
        Pipeline("optimised") { graph in
            let numbers = graph.source(
                ScriptedSource(scripts), name: "numbers", eventTime: { Timestamp(milliseconds: $0) },
                watermarks: .boundedOutOfOrder(by: .milliseconds(100)))
            let windows = numbers.keyed { $0 % 5 }.window(.tumbling(of: .milliseconds(500))).fold(into: 0) { count, _ in
                count += 1
            }
            .named("windows").map { "window \($0.key) \($0.window) \($0.value)" }
            let timers = numbers.asyncMap(AsyncMapOptions(concurrency: 4)) { number in
                try await clock.sleep(until: clock.now + .milliseconds(number % 4))
                return number
            }
            .batches(of: 7, concurrency: 2) { batch in
                try await clock.sleep(until: clock.now + .milliseconds(2))
                return .succeeded
            }
            .keyed { $0 % 3 }.process(to: String.self) { states in
                let seen = states.value("seen", of: Int.self)
                return ProcessFunction(
                    onRecord: { record, context in
                        try seen.set((try seen.get() ?? 0) + 1)
                        try context.setTimer(.event(context.time.advanced(by: .milliseconds(40))))
                    },
                    onTimer: { timer, context in try context.emit("timer \(context.key) \(timer.time)") })
            }
            .named("timers")
            graph.merge(windows, timers).sink(output)
        }
    }

    static let expected: [String] = {
        let output = TestOutput<String>()
        let test = PipelineTest(seed: 1)
        _ = try? test.run(pipeline(output, test.clock))
        return output.records.sorted()
    }()

    @Test func aRunGivesWhatTheRecordsSay() {
        let windows = Self.expected.filter { $0.hasPrefix("window") }
        #expect(windows.count == 18)
        #expect(windows.reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 0) } == 180)
        #expect(Self.expected.count { $0.hasPrefix("timer") } == 180)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func theSameInEveryOrderAndThroughCrashes(seed: UInt64) throws {
        let folder = NSTemporaryDirectory() + "optimised-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let test = PipelineTest(
            seed: seed, checkpoints: CheckpointOptions(directory: folder, every: .milliseconds(25)))
        let output = TestOutput<String>()
        let pipeline = Self.pipeline(output, test.clock)
        let points: [(CheckpointNumber) -> CrashPoint] = [
            { .encoded($0) }, { .insideCommit($0) }, { .committed($0) }, { .published($0) },
        ]
        for (number, point) in points.enumerated() {
            let checkpoint = CheckpointNumber(UInt64(number) * 3 + seed % 3 + 1)
            try test.runUntilCrash(pipeline, parallelism: Int(seed % 3) + 1, at: point(checkpoint))
        }
        try test.run(pipeline, parallelism: Int(seed % 2) + 1)
        #expect(output.records.sorted() == Self.expected, "seed \(seed)")
    }

    /// What cannot be is thrown with its sentence, where a precondition would have no text.
    @Test func settingsThatCannotBeAreRefused() {
        let pipeline = Pipeline("refused") { graph in
            graph.source(.memory([[1]])).keyed { $0 }.window(.sliding(of: .seconds(1), every: .seconds(2)))
                .aggregate(Count()).forEach { _ in }
        }
        let error = #expect(throws: (any Error).self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("slide"))
    }
}
