import Millrace
import MillraceSQL
import MillraceTesting
import Testing

/// What a run's start finds in the database, and what it refuses.
@Suite struct TableStartTests {
    struct Setting {
        let folder: TemporaryFolder
        let database: any SQLDatabase

        init(_ kind: DatabaseKind) throws {
            folder = try TemporaryFolder()
            database = try kind.make(in: folder)
            try database.run("CREATE TABLE numbers (n BIGINT NOT NULL, word TEXT)")
        }

        var rows: [String] { get throws { try database.rows(of: "numbers", columns: "n") } }

        func pipeline(
            _ numbers: Range<Int> = 0..<20, table: String = "numbers", columns: [String] = ["n", "word"],
            mode: TableMode = .insert, clearOnFresh: Bool = false,
            row: @escaping @Sendable (Int) throws -> [SQLValue] = { [.init($0), "w"] }
        ) -> Pipeline {
            let script = numbers.flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(4))] }
            return Pipeline("numbers") { graph in
                graph.source(ScriptedSource([script]))
                    .sink(
                        database.table(
                            table, columns: columns, mode: mode, clearOnFresh: clearOnFresh,
                            retryTimeout: .milliseconds(100),
                            row: row), name: "out")
            }
        }

        func run(_ pipeline: Pipeline, state: String = "state", fresh: Bool = false, until time: Duration? = nil) throws
        {
            let test = PipelineTest(
                seed: 1, checkpoints: .init(directory: folder.file(state), every: .milliseconds(10), fresh: fresh))
            if let time { try test.run(pipeline, stoppingAt: time) } else { try test.run(pipeline) }
        }

        func failure(_ pipeline: Pipeline, state: String = "state", fresh: Bool = false) -> (any Error)? {
            do {
                try run(pipeline, state: state, fresh: fresh)
                return nil
            } catch { return error }
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func aNewFolderForAnOldTableIsRefused(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        try setting.run(setting.pipeline(), until: .milliseconds(40))
        expect(
            setting.failure(setting.pipeline(), state: "other"),
            names: "'out'", "'numbers'", "checkpoint", "another state folder", "--fresh",
            "DELETE FROM millrace_checkpoints")
        // The first one may go on.
        try setting.run(setting.pipeline())
        #expect(try setting.rows.count == 20)
        // And another pipeline may write beside it.
        try setting.run(
            Pipeline("others") { graph in
                graph.source(ScriptedSource([[.record(99)]]))
                    .sink(setting.database.table("numbers", columns: ["n"]) { [.init($0)] }, name: "out")
            }, state: "third")
        #expect(try setting.rows.count == 21)
    }

    @Test(arguments: DatabaseKind.allCases)
    func anOldCopyOfTheFolderIsRefused(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        try setting.run(setting.pipeline(), until: .milliseconds(40))
        try setting.database.run("UPDATE millrace_checkpoints SET checkpoint = 1000")
        expect(setting.failure(setting.pipeline()), names: "1000", "old copy", "numbers", "newer folder")
    }

    @Test(arguments: DatabaseKind.allCases)
    func startingOverKeepsTheRowsOrClearsThem(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        try setting.run(setting.pipeline())
        try setting.run(setting.pipeline(), fresh: true)
        #expect(try setting.rows.count == 40)
        try setting.run(setting.pipeline(clearOnFresh: true), state: "other", fresh: true)
        #expect(try setting.rows.count == 20)
        // Now the first folder is the one that does not belong here.
        expect(setting.failure(setting.pipeline(0..<30)), names: "another state folder")
        #expect(try setting.rows.count == 20)
    }

    @Test(arguments: DatabaseKind.allCases)
    func aRestartAfterAFailureDoesNotClear(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        try setting.database.run("INSERT INTO numbers VALUES (-1, 'mine')")
        struct Once: Error {}
        let failed = Switch()
        let pipeline = setting.pipeline(clearOnFresh: true) { number in
            if number == 0, failed.flip() { throw Once() }
            return [.init(number), "w"]
        }
        var test = PipelineTest(
            seed: 1, checkpoints: .init(directory: setting.folder.file("state"), every: .milliseconds(10)))
        test.options.restart = .fixedDelay(attempts: 3, delay: .milliseconds(1))
        try test.run(pipeline)
        #expect(try setting.rows.count == 21)
    }

    /// Dies when rows are stored and not written, or the other way round, and goes on in the other mode.
    @Test(arguments: DatabaseKind.allCases, [true, false])
    func theModeMayChange(_ kind: DatabaseKind, insertsFirst: Bool) throws {
        let setting = try Setting(kind)
        try setting.database.run("CREATE UNIQUE INDEX unique_n ON numbers (n)")
        let modes = insertsFirst ? [TableMode.insert, .upsert(keys: ["n"])] : [.upsert(keys: ["n"]), .insert]
        let test = PipelineTest(
            seed: 1, checkpoints: .init(directory: setting.folder.file("state"), every: .milliseconds(10)))
        let crashed = try test.runUntilCrash(
            setting.pipeline(mode: modes[0]), at: .committed(CheckpointNumber(3)))
        #expect(crashed)
        try test.run(setting.pipeline(mode: modes[1]))
        #expect(try setting.rows.count == 20)
    }

    @Test(arguments: DatabaseKind.allCases)
    func insertingNeedsAStateFolder(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        expect(
            #expect(throws: ConfigurationError.self) { try PipelineTest(seed: 1).run(setting.pipeline()) },
            names: "'out'", "numbers", "state folder", "directory", ".upsert(keys:)")
        try setting.database.run("CREATE UNIQUE INDEX unique_n ON numbers (n)")
        for _ in 0..<2 { try PipelineTest(seed: 1).run(setting.pipeline(mode: .upsert(keys: ["n"]))) }
        #expect(try setting.rows.count == 20)
    }

    @Test(arguments: DatabaseKind.allCases)
    func whatIsNotThereIsNamedAtStart(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        expect(
            setting.failure(setting.pipeline(table: "nowhere")), names: "nowhere", setting.database.summary, "Create it"
        )
        expect(setting.failure(setting.pipeline(columns: ["n", "wrd"])), names: "numbers", "wrd", "correct the name")
    }

    @Test(arguments: DatabaseKind.allCases)
    func aRowThatTheTableRefusesEndsTheRunAndIsNamed(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        let pipeline = setting.pipeline { $0 == 7 ? [nil, "bad"] : [.init($0), "good"] }
        let error = setting.failure(pipeline)
        expect(
            error, names: "operator out", "checkpoint", "table numbers", "n = NULL", "word = 'bad'", "Correct the row")
        // Once the table takes it, nothing is missing.
        try setting.database.run("DROP TABLE numbers")
        try setting.database.run("CREATE TABLE numbers (n BIGINT, word TEXT)")
        let before = try setting.rows.count
        try setting.run(pipeline)
        #expect(before == 0)
        #expect(try setting.database.rows(of: "numbers", columns: "word").contains("'bad'"))
    }

    @Test(arguments: DatabaseKind.allCases)
    func aRowThatNoTableTakesFailsWhereItIsMade(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        let count = setting.failure(setting.pipeline { [.init($0)] })
        expect(count, names: "1 values", "n, word")
        let text = setting.failure(setting.pipeline { [.init($0), "a\0b"] }, state: "other")
        expect(text, names: "column word", "NUL", "numbers")
    }
}
