import Millrace
import MillraceFiles
import MillraceSQL
import MillraceTesting
import Testing

/// Crashes a pipeline that writes to three tables at every named point of the commit protocol, restarts it at another
/// parallelism, and compares the tables with those of an undisturbed run.
@Suite struct TableCrashTests {
    struct Event: Sendable, BitwiseCopyable {
        let number: Int
        let key: Int
        let value: Int
        let time: Timestamp
    }

    static let points: [(String, @Sendable (CheckpointNumber) -> CrashPoint)] = [
        ("beforeBarriers", { .beforeBarriers($0) }), ("sourceNoted", { .sourceNoted($0) }),
        ("aligned", { .aligned($0) }), ("encoded", { .encoded($0) }), ("handedIn", { .handedIn($0) }),
        ("outputDurable", { .outputDurable($0) }), ("insideCommit", { .insideCommit($0) }),
        ("committed", { .committed($0) }), ("publishing", { .publishing($0) }), ("published", { .published($0) }),
    ]

    static func scripts(partitions: Int, seed: UInt64) -> [[ScriptedSource<Event>.Step]] {
        var random = SeededRandom(seed: seed)
        var number = 0
        return (0..<partitions).map { _ in
            var time: Int64 = 0
            var steps: [ScriptedSource<Event>.Step] = []
            for _ in 0..<12 {
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    time += Int64.random(in: 0...20, using: &random)
                    number += 1
                    steps.append(
                        .record(
                            Event(
                                number: number, key: Int.random(in: 0..<7, using: &random),
                                value: Int.random(in: 0..<100, using: &random), time: Timestamp(milliseconds: time))))
                }
                steps.append(.silence(.milliseconds(Int64.random(in: 1...8, using: &random))))
            }
            return steps
        }
    }

    static func pipeline(_ scripts: [[ScriptedSource<Event>.Step]], _ database: any SQLDatabase) -> Pipeline {
        Pipeline("crash-test") { graph in
            let events = graph.source(
                ScriptedSource(scripts), eventTime: \.time, watermarks: .boundedOutOfOrder(by: .milliseconds(30)))
            events.sink(
                database.table("events", columns: ["number", "note"]) {
                    [.init($0.number), .text("key \($0.key)\t\\ 'quoted'")]
                }, name: "events-out")
            let keyed = events.keyed(by: \.key)
            keyed.window(.tumbling(of: .milliseconds(50))).fold(into: 0) { $0 += $1.value }.named("windows")
                .sink(
                    database.table("windows", columns: ["key", "window_end", "total"]) {
                        [.init($0.key), .init($0.window.end), .init($0.value)]
                    }, name: "windows-out")
            keyed.fold(into: 0) { $0 += $1.value }.named("totals")
                .sink(
                    database.table("totals", columns: ["key", "total"], mode: .upsert(keys: ["key"])) {
                        [.init($0.key), .init($0.value)]
                    }, name: "totals-out")
        }
    }

    static let tables = ["events", "windows", "totals"]

    static func empty(_ database: any SQLDatabase) throws {
        for table in tables + ["millrace_checkpoints"] { try database.run("DROP TABLE IF EXISTS \(table)") }
        try database.run("CREATE TABLE events (number BIGINT, note TEXT)")
        try database.run("CREATE TABLE windows (key BIGINT, window_end BIGINT, total BIGINT)")
        try database.run("CREATE TABLE totals (key BIGINT PRIMARY KEY, total BIGINT)")
    }

    static func contents(_ database: any SQLDatabase) throws -> [String] {
        try tables.flatMap { table in try database.rows(of: table).map { "\(table): \($0)" } }
    }

    @Test(arguments: DatabaseKind.allCases, points.map(\.0))
    func aCrashLosesAndDoublesNothing(_ kind: DatabaseKind, _ point: String) throws {
        let make = try #require(Self.points.first { $0.0 == point }?.1)
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        for (round, checkpoint) in [1, 2, 5].enumerated() {
            let partitions = round + 1
            let seed = UInt64(partitions * 100 + round)
            let scripts = Self.scripts(partitions: partitions, seed: seed)
            try Self.empty(database)
            func test(_ name: String) -> PipelineTest {
                PipelineTest(
                    seed: seed, checkpoints: .init(directory: folder.file("\(name)-\(round)"), every: .milliseconds(7)))
            }
            try test("undisturbed").run(Self.pipeline(scripts, database))
            let expected = try Self.contents(database)
            #expect(
                expected.count { $0.hasPrefix("events") }
                    == scripts.joined().count { if case .record = $0 { true } else { false } })
            try Self.empty(database)
            let crashing = test("crashing")
            let pipeline = Self.pipeline(scripts, database)
            let crashed = try crashing.runUntilCrash(
                pipeline, parallelism: partitions, at: make(CheckpointNumber(UInt64(checkpoint))))
            if crashed { try crashing.run(pipeline, parallelism: partitions % 3 + 1) }
            #expect(
                try Self.contents(database) == expected, "seed \(seed), crash at \(point) of checkpoint \(checkpoint)")
        }
    }

    /// Dies again and again, each time somewhere else, each time going on at another parallelism.
    @Test(arguments: DatabaseKind.allCases)
    func manyCrashesInARow(_ kind: DatabaseKind) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        var random = SeededRandom(seed: 77)
        let scripts = Self.scripts(partitions: 3, seed: 77)
        try Self.empty(database)
        try PipelineTest(seed: 77, checkpoints: .init(directory: folder.file("undisturbed"), every: .milliseconds(5)))
            .run(Self.pipeline(scripts, database))
        let expected = try Self.contents(database)
        try Self.empty(database)
        var test = PipelineTest(seed: 77, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(5)))
        let pipeline = Self.pipeline(scripts, database)
        for checkpoint in 1...10 {
            test.seed = random.next()
            let point = Self.points[Int.random(in: 0..<Self.points.count, using: &random)].1
            let crashed = try test.runUntilCrash(
                pipeline, parallelism: Int.random(in: 1...4, using: &random),
                at: point(CheckpointNumber(UInt64(checkpoint))))
            if !crashed { break }
        }
        try test.run(pipeline, parallelism: 2)
        #expect(try Self.contents(database) == expected)
    }
}
