import Millrace
import MillracePostgres
import MillraceSQL
import MillraceTesting
import PostgresTestServer
import Testing

/// Rows may go to a view that takes them, and to other targets to which `COPY` does not write.
@Suite struct ViewTests {
    struct Setting {
        let folder: TemporaryFolder
        let database: any SQLDatabase

        init(_ kind: DatabaseKind) throws {
            folder = try TemporaryFolder()
            database = try kind.make(in: folder)
            try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY, word TEXT)")
            try database.run("CREATE VIEW sums AS SELECT sum(n) AS n, 'x' AS word FROM numbers")
            try database.run("CREATE VIEW instead AS SELECT n, word FROM numbers UNION ALL SELECT 0, 'none'")
            switch kind {
            case .sqlite:
                try database.run(
                    """
                    CREATE TRIGGER instead_of INSTEAD OF INSERT ON instead
                    BEGIN INSERT INTO numbers VALUES (NEW.n, NEW.word); END
                    """)
            case .postgres:
                try database.run(
                    """
                    CREATE FUNCTION instead_of() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN INSERT INTO numbers VALUES (NEW.n, NEW.word); RETURN NEW; END'
                    """)
                try database.run(
                    "CREATE TRIGGER instead_of INSTEAD OF INSERT ON instead FOR EACH ROW EXECUTE FUNCTION instead_of()")
                try database.run("CREATE VIEW simple AS SELECT n, word FROM numbers")
                try database.run("CREATE VIEW small AS SELECT n, word FROM numbers WHERE n < 10 WITH CHECK OPTION")
                try database.run("CREATE VIEW upper AS SELECT n, upper(word) AS word FROM numbers")
                try database.run("CREATE MATERIALIZED VIEW kept AS SELECT n, word FROM numbers")
            }
        }

        func insert(_ rows: [[SQLValue]], into table: String, _ rule: ConflictRule = .fail) throws {
            let batch = try RowBatch(columns: ["n", "word"], rows: rows)
            try database.withSession(inTransaction: true) { try $0.insert(batch, into: table, onConflict: rule) }
        }

        /// A run that writes three numbers, and how often a record was read.
        func run(into table: String, _ mode: TableMode = .insert, read: Switch = Switch()) throws {
            let pipeline = Pipeline("numbers") { graph in
                graph.source(ScriptedSource([(1...3).map { .record($0) }]))
                    .sink(
                        database.table(table, columns: ["n", "word"], mode: mode) { number in
                            _ = read.flip()
                            return [.init(number), "w"]
                        }, name: "out")
            }
            try PipelineTest(seed: 1, checkpoints: .init(directory: folder.file("state-\(table)"))).run(pipeline)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func aViewWithATriggerTakesRows(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        try setting.run(into: "instead")
        try setting.insert([[4, "x"]], into: "instead")
        #expect(try setting.database.rows(of: "numbers") == ["1 'w'", "2 'w'", "3 'w'", "4 'x'"])
    }

    @Test(arguments: [TableMode.insert, .upsert(keys: ["n"])])
    func anUpdatableViewTakesRows(mode: TableMode) throws {
        let setting = try Setting(.postgres)
        try setting.run(into: "simple", mode)
        #expect(try setting.database.rows(of: "numbers") == ["1 'w'", "2 'w'", "3 'w'"])
    }

    /// Nothing has been read when it is found out.
    @Test(arguments: DatabaseKind.allCases, [TableMode.insert, .upsert(keys: ["n"])])
    func aViewThatTakesNoRowsIsNamedAtStart(_ kind: DatabaseKind, mode: TableMode) throws {
        let setting = try Setting(kind)
        let read = Switch()
        let error = #expect(throws: (any Error).self) { try setting.run(into: "sums", mode, read: read) }
        #expect(!read.isFlipped)
        expect(error, names: "view", "sums", setting.database.summary)
        expect(error, names: mode == .insert ? "INSTEAD OF INSERT" : "a unique index on n, or an updatable view of one")
        let direct = #expect(throws: SQLError.self) {
            try setting.insert([[1, "a"]], into: "sums", mode == .insert ? .fail : .update(keys: ["n"]))
        }
        expect(direct, names: "view", "sums")
        #expect(direct?.isTransient == false)
    }

    @Test(arguments: DatabaseKind.allCases)
    func aViewWithATriggerTakesNoUpserts(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        let error = #expect(throws: (any Error).self) { try setting.run(into: "instead", .upsert(keys: ["n"])) }
        expect(error, names: "instead", "in mode .insert only")
    }

    @Test(arguments: ["upper", "kept"])
    func otherViewsThatTakeNoRows(view: String) throws {
        let setting = try Setting(.postgres)
        let error = #expect(throws: (any Error).self) { try setting.run(into: view) }
        expect(error, names: "view \"\(view)\"", "or a view that takes rows")
    }

    @Test(arguments: DatabaseKind.allCases)
    func upsertsWithoutAUniqueIndexAreRefusedAtStart(_ kind: DatabaseKind) throws {
        let setting = try Setting(kind)
        let read = Switch()
        let error = #expect(throws: (any Error).self) {
            try setting.run(into: "numbers", .upsert(keys: ["word"]), read: read)
        }
        #expect(!read.isFlipped)
        expect(error, names: "table numbers", "ON CONFLICT", "a unique index on word")
    }

    @Test func aViewsCheckOption() throws {
        let setting = try Setting(.postgres)
        let error = #expect(throws: SQLError.self) {
            try setting.insert([[1, "a"], [20, "b"], [3, "c"]], into: "small")
        }
        #expect(error?.kind == .constraint)
        expect(error, names: "small", "check option", "row 2 of the batch: n = 20, word = 'b'")
    }

    /// What is known of a name holds no longer than the thing itself, and what was not there is asked about again.
    @Test func aTableThatBecomesAView() throws {
        let setting = try Setting(.postgres)
        #expect(throws: SQLError.self) { try setting.insert([[1, "a"]], into: "changing") }
        try setting.database.run("CREATE VIEW changing AS SELECT n, word FROM numbers")
        try setting.insert([[1, "a"]], into: "changing")
        try setting.database.run("DROP VIEW changing")
        try setting.database.run("CREATE TABLE changing (n BIGINT, word TEXT)")
        try setting.insert([[2, "b"]], into: "changing")
        try setting.database.run("DROP TABLE changing")
        try setting.insert([[3, "c"]], into: "numbers")
        try setting.database.run("CREATE TABLE changing (n BIGINT, word TEXT)")
        try setting.insert([[2, "b"]], into: "changing")
        try setting.database.run("ALTER TABLE changing RENAME TO changed")
        try setting.database.run("CREATE VIEW changing AS SELECT n, word FROM changed")
        // A sink looks at start.
        try setting.run(into: "changing")
        #expect(try setting.database.rows(of: "changed").count == 4)
    }

    /// `COPY` does not write where policies apply.
    @Test func rowLevelSecurity() throws {
        let server = try PostgresTestServer.shared.get()
        let conninfo = try server.makeDatabase()
        let database = try PostgresDatabase(conninfo)
        let role = "writer_\(try #require(conninfo.split(separator: "=").last))"
        try database.run("CREATE ROLE \(role) LOGIN")
        try database.run("CREATE TABLE numbers (n BIGINT, word TEXT)")
        try database.run("ALTER TABLE numbers ENABLE ROW LEVEL SECURITY")
        try database.run("CREATE POLICY good ON numbers USING (true) WITH CHECK (word <> 'bad')")
        try database.run("GRANT SELECT, INSERT ON numbers TO \(role)")
        let writer = try PostgresDatabase(conninfo.replacing("user=test", with: "user=\(role)"))
        let columns = ["n", "word"]
        let batch = try RowBatch(columns: columns, rows: [[1, "a"], [2, "b"]])
        try writer.withSession(inTransaction: true) { try $0.insert(batch, into: "numbers", onConflict: .fail) }
        #expect(try database.rows(of: "numbers") == ["1 'a'", "2 'b'"])
        let bad = try RowBatch(columns: columns, rows: [[3, "bad"]])
        let error = #expect(throws: SQLError.self) {
            try writer.withSession(inTransaction: true) { try $0.insert(bad, into: "numbers", onConflict: .fail) }
        }
        expect(error, names: "numbers", "row-level security policy")
    }
}
