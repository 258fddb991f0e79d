import Millrace
import MillraceTesting
import Testing

/// Tumbling windows of 10 ms, one key, a watermark bound of 0 (the watermark is 1 ms behind the greatest time seen).
/// Silences make a batch end, so that the watermark moves between two records.
@Suite struct TumblingWindowTests {
    typealias Step = ScriptedSource<Int64>.Step

    /// Records at these times, each in a batch of its own.
    static func at(_ times: Int64...) -> [Step] { times.flatMap { [.record($0), .silence(.milliseconds(20))] } }

    struct Result {
        var fired: [String]
        var late: [Int64]
        var status: PipelineStatus
    }

    func expectFired(_ result: Result, _ expected: [String]) { #expect(result.fired == expected) }

    func run(
        _ scripts: [[Step]], bound: Duration = .zero, idleTimeout: Duration? = nil, lateness: Duration = .zero,
        offset: Duration = .zero, in kind: TimeKind = .event
    ) throws -> Result {
        let (output, lateOutput) = (TestOutput<WindowResult<Int, Int>>(), TestOutput<Int64>())
        let pipeline = Pipeline("windows") { graph in
            let late = graph.sideOutput("late", of: Int64.self)
            graph.source(
                ScriptedSource(scripts), eventTime: { Timestamp(milliseconds: $0) },
                watermarks: .boundedOutOfOrder(by: bound, idleTimeout: idleTimeout)
            )
            .keyed { _ in 1 }
            .window(.tumbling(of: .milliseconds(10), offset: offset), time: kind, allowedLateness: lateness, late: late)
            .fold(into: 0) { count, _ in count += 1 }
            .sink(output)
            late.stream.sink(lateOutput)
        }
        let status = try PipelineTest(seed: 1).run(pipeline)
        let fired = output.records.map {
            "[\($0.window.start.milliseconds),\($0.window.end.milliseconds)) \($0.value)"
        }
        return Result(fired: fired, late: lateOutput.records, status: status)
    }

    ///     time    0 . . 5 . . 9 | 10
    ///     window  [------------)  fires when the watermark is 9: at the record of 10
    @Test func firesWhenTheWatermarkReachesItsLastInstant() throws {
        let result = try run([Self.at(0, 5, 9, 10, 25)])
        #expect(result.fired == ["[0,10) 3", "[10,20) 1", "[20,30) 1"])
        #expect(result.status.late == 0)
    }

    ///     in order of arrival  1   12   3      watermark 11 after the second: [0,10) has fired
    ///                                   ^ too late, to the side output
    @Test func whatComesAfterTheFiringIsLate() throws {
        let result = try run([Self.at(1, 12, 3)])
        #expect(result.fired == ["[0,10) 1", "[10,20) 1"])
        #expect(result.late == [3])
        #expect(result.status.late == 1)
    }

    ///     arrival  1   12    3        16    4       lateness 6: [0,10) is kept until the watermark is 9 + 6 = 15
    ///     fires        1st   again          too late (watermark 15)
    @Test func aLateRecordWithinTheAllowedLatenessFiresAgain() throws {
        let result = try run([Self.at(1, 12, 3, 16, 4)], lateness: .milliseconds(6))
        #expect(result.fired.filter { $0.hasPrefix("[0,10)") } == ["[0,10) 1", "[0,10) 2"])
        #expect(result.late == [4])
    }

    ///     partition 0   1 ---- 30 ---- 31 (ends)
    ///     partition 1   2 ......................... silent: idle after 50 ms, the others go on without it
    @Test func anIdlePartitionDoesNotHoldBackWindows() throws {
        let busy: [Step] = Self.at(1, 30, 31) + [.silence(.milliseconds(200)), .record(32)]
        let silent: [Step] = [.record(2), .silence(.milliseconds(500)), .record(33)]
        let result = try run([busy, silent], idleTimeout: .milliseconds(50))
        #expect(result.fired.first == "[0,10) 2")
        #expect(result.late == [])
    }

    /// The window of -5 is [-10, 0); with an offset of 3 ms, that of 12 is [3, 13).
    @Test func windowsLieOnBothSidesOfZeroAndMayBeShifted() throws {
        try expectFired(run([Self.at(-5, -1, 0, 9)]), ["[-10,0) 2", "[0,10) 2"])
        try expectFired(run([Self.at(2, 3, 12, 13)], offset: .milliseconds(3)), ["[-7,3) 1", "[3,13) 2", "[13,23) 1"])
    }

    ///     records   5          25         15          35
    ///     watermark 4          24         24          34        [10,20) had nothing when its time was over
    ///
    /// A late record for a window that nothing had been in is told at once, and a restart from there neither loses it nor
    /// tells it again.
    @Test(arguments: TestSeeds.some(12))
    func aLateRecordOfAnEmptyWindowSurvivesARestart(crash: UInt64) throws {
        let folder = try TemporaryFolder()
        let output = TestOutput<WindowResult<Int, Int>>()
        let pipeline = Pipeline("windows") { graph in
            graph.source(
                ScriptedSource([Self.at(5, 25, 15, 35)]), eventTime: { Timestamp(milliseconds: $0) },
                watermarks: .boundedOutOfOrder(by: .zero)
            )
            .keyed { _ in 1 }
            .window(.tumbling(of: .milliseconds(10)), allowedLateness: .seconds(1))
            .fold(into: 0) { count, _ in count += 1 }
            .sink(output)
        }
        let test = PipelineTest(seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(7)))
        try test.runUntilCrash(pipeline, at: .committed(CheckpointNumber(crash)))
        try test.run(pipeline)
        #expect(output.records.map(\.window.start.milliseconds) == [0, 10, 20, 30], "crash at \(crash)")
        #expect(output.records.allSatisfy { $0.value == 1 })
    }

    /// Everything fires at the end of input, although the watermark never came that far.
    @Test func theEndOfInputFiresEverything() throws {
        let result = try run([[.record(1), .record(100), .record(55)]], bound: .seconds(1))
        #expect(result.fired.count == 3)
        try expectFired(run([[]]), [])
    }

    ///     clock     0          20         40          records are counted by the clock, not by their times
    ///     records   7          7          7
    @Test func processingTimeGoesByTheClock() throws {
        let result = try run([Self.at(7, 7, 7)], in: .processing)
        #expect(result.fired == ["[0,10) 1", "[20,30) 1", "[40,50) 1"])
    }

    ///     records   11         25         5          5          5       a result after every two records, and at the end
    ///
    /// What comes late for [0,10) tells of no window that it is not in.
    @Test func aLateRecordTriggersNoOtherWindow() throws {
        let output = TestOutput<WindowResult<Int, Int>>()
        let pipeline = Pipeline("windows") { graph in
            graph.source(
                ScriptedSource([Self.at(11, 25, 5, 5, 5)]), eventTime: { Timestamp(milliseconds: $0) },
                watermarks: .boundedOutOfOrder(by: .milliseconds(10))
            )
            .keyed { _ in 1 }
            .window(.tumbling(of: .milliseconds(10)), allowedLateness: .seconds(1))
            .trigger(.every(records: 2))
            .fold(into: 0) { count, _ in count += 1 }
            .sink(output)
        }
        try PipelineTest(seed: 1).run(pipeline)
        let fired = output.records.map { "[\($0.window.start.milliseconds) \($0.value)" }
        #expect(fired == ["[0 1", "[0 2", "[0 3", "[10 1", "[20 1"])
    }
}
