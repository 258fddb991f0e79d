import Millrace
import MillraceTesting
import Testing

/// A small table in every task: whole, up to date, and there again after a restart with another parallelism.
@Suite struct BroadcastTests {
    struct Rule: StateValue, Sendable, Equatable {
        let name: Int
        let limit: Int

        static var stateSchema: String { "Rule/1" }
        func encode(into writer: inout ByteWriter) {
            writer.write(name)
            writer.write(limit)
        }
        static func decode(from reader: inout ByteReader) throws -> Rule {
            let name: Int = try reader.read()
            return Rule(name: name, limit: try reader.read())
        }
    }

    /// Rules come first, then records of many keys; then a rule changes, one goes, and records come again. A crash and another
    /// parallelism in between.
    @Test(arguments: TestSeeds.some(20))
    func everyTaskHasTheWholeTable(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let folder = try TemporaryFolder()
        let output = TestOutput<String>()
        let rules: [ScriptedSource<Rule>.Step] =
            (0..<20).map { .record(Rule(name: $0, limit: $0)) } + [.silence(.seconds(2))]
            + [.record(Rule(name: 3, limit: 333)), .record(Rule(name: 4, limit: -1))]
        let records: [ScriptedSource<Int>.Step] =
            [.silence(.milliseconds(100))] + (0..<200).flatMap { [.record($0), .silence(.milliseconds(1))] }
            + [.silence(.seconds(3))] + (200..<400).map { .record($0) }
        let pipeline = Pipeline("rules") { graph in
            let table = graph.source(ScriptedSource([rules]), name: "rules")
            graph.source(ScriptedSource([records]), name: "records")
                .keyed(by: { $0 }, broadcasting: table)
                .enriched(on: { $0 % 20 }, equals: \.name, deleting: { $0.limit < 0 })
                .map { "\($0.key) \($0.right.map { "\($0.limit)" } ?? "-")" }
                .sink(output)
        }
        let test = PipelineTest(
            seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(30)))
        let crash = CheckpointNumber(UInt64.random(in: 2...160, using: &random))
        try test.runUntilCrash(pipeline, parallelism: Int.random(in: 1...4, using: &random), at: .committed(crash))
        try test.run(pipeline, parallelism: Int.random(in: 1...4, using: &random))
        let expected = (0..<400).map { number -> String in
            let name = number % 20
            let limit = number >= 200 && name == 3 ? "333" : number >= 200 && name == 4 ? "-" : "\(name)"
            return "\(number) \(limit)"
        }
        expectSame(output.records, expected, "seed \(seed), crash at \(crash)")
    }

    /// Tasks may see the records of two partitions in different orders; of one, or of a keyed stream, they do not.
    @Test func whereItsRecordsComeFromIsSaid() throws {
        func notices(_ partitions: Int, keyed: Bool = false) throws -> [String] {
            let log = CapturedLog()
            var test = PipelineTest(seed: 1)
            test.options.logger = log.logger
            let pipeline = Pipeline("rules") { graph in
                let rules = (0..<partitions).map { [Rule(name: $0, limit: 1)] }
                var table = graph.source(.memory(rules), name: "rules")
                if keyed { table = table.keyed(by: \.name).reduce { _, rule in rule }.map(\.value) }
                graph.source(.memory([[1, 2]]), name: "records").keyed(by: { $0 }, broadcasting: table)
                    .enriched(on: { $0 }, equals: \.name).forEach { _ in }
            }
            try test.run(pipeline, parallelism: 2)
            return log.lines.filter { $0.contains("broadcast") }
        }
        let two = try notices(2)
        #expect(two.count == 1 && two.allSatisfy { $0.contains("'rules' comes out of 2 tasks") }, "\(two)")
        #expect(try notices(1) == [])
        #expect(try notices(2, keyed: true) == [])
    }
}
