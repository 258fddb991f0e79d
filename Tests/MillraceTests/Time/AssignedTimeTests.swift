import Millrace
import MillraceTesting
import Testing

/// Event time that an operator behind the source assigns: the same windows as if the source had given it.
@Suite struct AssignedTimeTests {
    struct Entry: Sendable {
        let at: Timestamp?
        let number: Int
    }

    /// `milliseconds number`, in disorder by up to 40 ms.
    static let lines: [[String]] = (0..<3).map { partition in
        (0..<200).map { "\($0 * 10 + ($0 * 7 + partition) % 5 * 10) \($0 % 4)" }
    }

    static func entry(_ line: String) -> Entry {
        let parts = line.split(separator: " ")
        return Entry(at: Int64(parts[0]).map { Timestamp(milliseconds: $0) }, number: Int(parts[1]) ?? -1)
    }

    static func windows(_ entries: DataStream<Entry>) -> DataStream<String> {
        entries.keyed(by: \.number).window(.tumbling(of: .milliseconds(100))).fold(into: 0) { count, _ in count += 1 }
            .named("windows").map { "\($0.key) \($0.window) \($0.value)" }
    }

    @Test(arguments: TestSeeds.some(6))
    func windowsAreTheSame(seed: UInt64) throws {
        let strategy = WatermarkStrategy.boundedOutOfOrder(by: .milliseconds(40))
        let (given, assigned) = (TestOutput<String>(), TestOutput<String>())
        let early = try PipelineTest(seed: seed).run(
            Pipeline("given") { graph in
                Self.windows(
                    graph.source(
                        .memory(Self.lines.map { $0.map(Self.entry) }), eventTime: { $0.at ?? .distantPast },
                        watermarks: strategy)
                ).sink(given)
            })
        let folder = try TemporaryFolder()
        let test = PipelineTest(
            seed: seed, checkpoints: CheckpointOptions(directory: folder.path, every: .milliseconds(20)))
        let pipeline = Pipeline("assigned") { graph in
            let source = graph.source(.memory(Self.lines), name: "lines", recordsPerSecond: 1000)
            // Two ways that meet again.
            let odd = source.filter { $0.utf8.count % 2 == 1 }.map { Self.entry($0) }
            let even = source.filter { $0.utf8.count % 2 == 0 }.asyncMap { Self.entry($0) }
            Self.windows(graph.merge(odd, even).assigningEventTime(\.at, watermarks: strategy)).sink(assigned)
        }
        try test.runUntilCrash(pipeline, parallelism: 2, at: .committed(CheckpointNumber(seed % 6 + 1)))
        let late = try test.run(pipeline, parallelism: 1)
        #expect(assigned.records.sorted() == given.records.sorted(), "seed \(seed)")
        #expect(early.late == 0 && late.late == 0)
    }

    @Test func recordsWithoutTimeGoTheirWay() throws {
        let (output, letters) = (TestOutput<Int>(), TestOutput<Int>())
        let pipeline = Pipeline("missing") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<Entry>.self)
            graph.source(.memory([["1 1", "x 2", "3 3"]])).map { Self.entry($0) }
                .assigningEventTime(\.at, watermarks: .monotonic(), missingEventTime: .deadLetter(to: dead))
                .map(\.number).sink(output)
            dead.stream.map(\.record.number).sink(letters)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(output.records == [1, 3] && letters.records == [2])
    }

    @Test func whereItCannotBeItIsRefused() throws {
        func problem(_ declare: @escaping (Graph) -> Void) -> String {
            let error = #expect(throws: (any Error).self) {
                try PipelineTest(seed: 1).run(Pipeline("refused") { declare($0) })
            }
            return error.map { "\($0)" } ?? ""
        }
        let entries = Self.lines[0].map { Self.entry($0) }
        let behindKeys = problem { graph in
            graph.source(.memory([entries])).keyed(by: \.number).fold(into: 0) { count, _ in count += 1 }
                .assigningEventTime({ _ in Timestamp(milliseconds: 1) }, watermarks: .monotonic()).forEach { _ in }
        }
        #expect(behindKeys.contains("behind 'fold-1' (fold)"), "\(behindKeys)")
        let twice = problem { graph in
            let source = graph.source(.memory([entries]), name: "entries")
            source.assigningEventTime(\.at, watermarks: .monotonic()).forEach { _ in }
            source.assigningEventTime(\.at, watermarks: .monotonic()).forEach { _ in }
        }
        #expect(twice.contains("source 'entries' gives its records event times already"), "\(twice)")
        let given = problem { graph in
            graph.source(
                .memory([entries]), name: "entries", eventTime: { $0.at ?? .distantPast }, watermarks: .monotonic()
            )
            .assigningEventTime(\.at, watermarks: .monotonic()).forEach { _ in }
        }
        #expect(given.contains("source 'entries' gives its records event times already"), "\(given)")
    }
}
