import Millrace
import MillraceTesting
import Synchronization
import Testing

/// A partition that gives nothing, and for whose event time all wait.
@Suite struct HeldEventTimeTests {
    typealias Step = ScriptedSource<Int64>.Step

    static let busy: [Step] = (1...100).flatMap { [.silence(.milliseconds(500)), .record($0 * 500)] }

    /// What is warned of, and what the status says in the course of the run.
    private static func run(
        silent: [Step], watermarks: WatermarkStrategy = .monotonic(), windows: Bool = true
    ) throws -> (warnings: [String], held: Set<String>, results: Int) {
        let (log, output) = (CapturedLog(), TestOutput<Int>())
        let held = Mutex<Set<String>>([])
        var test = PipelineTest(seed: 11)
        test.options.logger = log.logger
        test.options.onStatus = { status in
            for partition in status.partitions where partition.holdsBackEventTimeFor != nil {
                held.withLock { _ = $0.insert("\(partition.partition)") }
            }
        }
        let pipeline = Pipeline("held") { graph in
            let records = graph.source(
                ScriptedSource([busy, silent]), name: "numbers", eventTime: { Timestamp(milliseconds: $0) },
                watermarks: watermarks)
            if windows {
                records.keyed { _ in 1 }.window(.tumbling(of: .seconds(1))).fold(into: 0) { count, _ in count += 1 }
                    .map(\.value).sink(output)
            } else {
                records.keyed { _ in 1 }.fold(into: 0) { count, _ in count += 1 }.map(\.value).sink(output)
            }
        }
        try test.run(pipeline, stoppingAt: .seconds(45))
        return (log.lines.filter { $0.contains("holds back") }, held.withLock { $0 }, output.records.count)
    }

    @Test func isNamedOnceWithTheSetting() throws {
        let run = try Self.run(silent: [.silence(.seconds(3600))])
        #expect(run.warnings.count == 1)
        let warning = run.warnings.first ?? ""
        #expect(warning.contains("source 'numbers', partition 1,") && warning.contains("idleTimeout"), "\(warning)")
        #expect(run.held == ["1"])
    }

    @Test func aRecordLongAgoIsNoExcuse() throws {
        let run = try Self.run(silent: [.record(1), .silence(.seconds(3600))])
        #expect(run.warnings.count == 1)
        #expect(run.held == ["1"])
    }

    @Test func notWhereItDoesNotCountOrNobodyWaits() throws {
        let idle = try Self.run(
            silent: [.silence(.seconds(3600))], watermarks: .monotonic(idleTimeout: .seconds(2)))
        #expect(idle.warnings == [] && idle.held == [] && idle.results > 10)
        let ended = try Self.run(silent: [.record(1)])
        #expect(ended.warnings == [] && ended.held == [] && ended.results > 10)
        let fold = try Self.run(silent: [.silence(.seconds(3600))], windows: false)
        #expect(fold.warnings == [] && fold.held == [])
        let short = try Self.run(silent: (1...20).flatMap { [.silence(.seconds(5)), .record($0)] })
        #expect(short.warnings == [] && short.held == [])
    }

    /// The count of a process is its own, and its rate is not that of all runs before.
    @Test func recordsAreThoseOfThisProcess() throws {
        let folder = try TemporaryFolder()
        let test = PipelineTest(
            seed: 3, checkpoints: CheckpointOptions(directory: folder.path, every: .milliseconds(100)))
        let output = TestOutput<Int64>()
        let pipeline = Pipeline("counts") { graph in
            graph.source(ScriptedSource([Self.busy]), name: "numbers").sink(output)
        }
        let first = try test.run(pipeline, stoppingAt: .seconds(20))
        #expect(first.records > 10 && first.records < 100)
        let second = try test.run(pipeline)
        #expect(first.records + second.records == 100)
        #expect(second.partitions.map(\.records) == [100])
    }
}
