import Millrace
import MillraceTesting
import Testing

/// Event time among partitions: fast ones wait for slow ones, and where all are idle the clock may take over.
@Suite struct AlignmentTests {
    typealias Step = ScriptedSource<Int64>.Step

    /// One partition has everything at once, the other a record every 10 ms: how far apart they come to be.
    @Test(arguments: [false, true])
    func aFastPartitionWaits(aligned: Bool) throws {
        let fast: [Step] = (1...2000).map { .record($0 * 10) }
        let slow: [Step] = (1...200).flatMap { [.silence(.milliseconds(10)), .record($0 * 100)] }
        let output = TestOutput<String>()
        let pipeline = Pipeline("aligned") { graph in
            let plain = WatermarkStrategy.monotonic()
            graph.source(
                ScriptedSource([fast, slow]), eventTime: { Timestamp(milliseconds: $0) },
                watermarks: aligned ? plain.aligned(within: .milliseconds(1000)) : plain
            )
            .keyed { _ in 1 }
            .process(to: String.self) { _ in
                ProcessFunction(onRecord: { record, context in
                    let distance = record - max(context.watermark.milliseconds, 0)
                    if distance > 6000 { try context.emit("far") }
                })
            }
            .sink(output)
        }
        let status = try PipelineTest(seed: 5).run(pipeline)
        #expect(status.records == 2200)
        // A batch is read whole, so a little more than the distance is possible.
        #expect(output.records.isEmpty == aligned)
    }

    @Test func anIdleOrEndedPartitionHoldsNobodyBack() throws {
        let busy: [Step] = (1...500).map { .record($0 * 100) }
        let idle: [Step] = [.record(1), .silence(.seconds(5)), .record(60_000)]
        let ended: [Step] = [.record(2)]
        let output = TestOutput<Int64>()
        let pipeline = Pipeline("idle") { graph in
            graph.source(
                ScriptedSource([busy, idle, ended]), eventTime: { Timestamp(milliseconds: $0) },
                watermarks: .monotonic(idleTimeout: .milliseconds(100)).aligned(within: .milliseconds(50))
            )
            .sink(output)
        }
        try PipelineTest(seed: 5).run(pipeline)
        #expect(output.records.count == 503)
    }

    ///     records   1 5            (silence of 10 s)                    20000
    ///     window    [0,10) fires while nothing comes, if time goes on by the clock
    @Test(arguments: [WatermarkStrategy.IdleTime.stands, .advancesWithClock])
    func whereAllAreIdleTimeMayGoOn(time: WatermarkStrategy.IdleTime) throws {
        let fired = TestOutput<Int>()
        let pipeline = Pipeline("clock") { graph in
            graph.source(
                ScriptedSource([[Step.record(1), .record(5), .silence(.seconds(10)), .record(20_000)]]),
                eventTime: { Timestamp(milliseconds: $0) },
                watermarks: .boundedOutOfOrder(by: .seconds(1), idleTimeout: .milliseconds(50)).whenIdle(time)
            )
            .keyed { _ in 1 }
            .window(.tumbling(of: .milliseconds(10))).trigger(.final).fold(into: 0) { count, _ in count += 1 }
            .map { $0.value }
            .sink(fired)
        }
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 5, checkpoints: .init(directory: folder.path, every: .milliseconds(100)))
        try test.run(pipeline, stoppingAt: .seconds(5))
        #expect(fired.records == (time == .advancesWithClock ? [2] : []))
        try test.run(pipeline)
        #expect(fired.records == [2, 1])
    }

    @Test func aWatermarkOfOnesOwn() throws {
        let output = TestOutput<Int64>()
        let pipeline = Pipeline("own") { graph in
            let late = graph.sideOutput("late", of: Int64.self)
            graph.source(
                ScriptedSource([
                    [
                        Step.record(100), .silence(.milliseconds(1)), .record(20), .silence(.milliseconds(1)),
                        .record(60),
                    ]
                ]),
                eventTime: { Timestamp(milliseconds: $0) },
                watermarks: .custom("half of the greatest") { greatest, _ in
                    greatest.map { Timestamp(milliseconds: $0.milliseconds / 2) }
                }
            )
            .keyed { _ in 1 }
            .window(.tumbling(of: .milliseconds(10)), late: late).fold(into: 0) { count, _ in count += 1 }
            .forEach { _ in }
            late.stream.sink(output)
        }
        try PipelineTest(seed: 5).run(pipeline)
        #expect(output.records == [20])
    }
}
