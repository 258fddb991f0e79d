import Millrace
import MillraceTesting
import Synchronization
import Testing

/// The machine's clock is set while a pipeline runs, or between two runs.
@Suite struct ProcessingTimeTests {
    /// A clock whose time of day can be set.
    final class SettableClock: PipelineClock, Sendable {
        let manual: ManualClock
        private let shift = Mutex(Duration.zero)

        init(_ manual: ManualClock) { self.manual = manual }

        func set(by shift: Duration) { self.shift.withLock { $0 += shift } }

        var now: Duration { manual.now }
        var wallTime: Timestamp { manual.wallTime.advanced(by: shift.withLock { $0 }) }
        func sleep(until deadline: Duration) async throws { try await manual.sleep(until: deadline) }
    }

    /// A record a millisecond, counted by the clock in windows of ten.
    static func pipeline(
        _ output: TestOutput<WindowResult<Int, Int>>, _ onRecord: @escaping @Sendable (Int) -> Void,
        onResult: @escaping @Sendable () -> Void = {}
    ) -> Pipeline {
        let script = (0..<100).flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(1))] }
        return Pipeline("by the clock") { graph in
            graph.source(ScriptedSource([script])).map { number in
                onRecord(number)
                return number
            }
            .keyed { _ in 0 }.window(.tumbling(of: .milliseconds(10)), time: .processing).fold(into: 0) { count, _ in
                count += 1
            }
            .named("windows").map { result in
                onResult()
                return result
            }
            .sink(output)
        }
    }

    static func expectWhole(_ results: [WindowResult<Int, Int>], _ comment: String) {
        #expect(results.reduce(0) { $0 + $1.value } == 100, "\(comment): \(results.map(\.value))")
        let starts = results.map(\.window.start)
        #expect(Set(starts).count == starts.count && starts == starts.sorted(), "\(comment): a window fired twice")
    }

    @Test(arguments: [Duration.hours(-1), .seconds(-1), .milliseconds(-30), .hours(1)])
    func theClockIsSet(by shift: Duration) throws {
        let output = TestOutput<WindowResult<Int, Int>>()
        var test = PipelineTest(seed: 5)
        let clock = SettableClock(test.clock)
        test.options.clock = clock
        // Windows go on firing meanwhile.
        let fired = Mutex((now: 0, before: 0))
        try test.run(
            Self.pipeline(output) { number in
                if number == 40 { clock.set(by: shift) }
                if number == 90 { fired.withLock { $0.before = $0.now } }
            } onResult: {
                fired.withLock { $0.now += 1 }
            })
        Self.expectWhole(output.records, "\(shift)")
        #expect(fired.withLock { $0.before } >= 7, "\(shift): \(fired.withLock { $0 }) windows have fired by record 90")
    }

    @Test(arguments: [Duration.hours(-1), .milliseconds(-15), .hours(1)])
    func theClockIsSetBetweenRuns(by shift: Duration) throws {
        let folder = try TemporaryFolder()
        let output = TestOutput<WindowResult<Int, Int>>()
        var test = PipelineTest(seed: 5, checkpoints: .init(directory: folder.path, every: .milliseconds(7)))
        let clock = SettableClock(test.clock)
        test.options.clock = clock
        let pipeline = Self.pipeline(output) { _ in }
        try test.runUntilCrash(pipeline, at: .committed(CheckpointNumber(6)))
        clock.set(by: shift)
        try test.run(pipeline)
        Self.expectWhole(output.records, "\(shift)")
    }
}
