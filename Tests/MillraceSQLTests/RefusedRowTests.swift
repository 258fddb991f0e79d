import Millrace
import MillraceSQL
import MillraceTesting
import Testing

/// What PostgreSQL refuses is told with the row, or with table and key where it is found at COMMIT.
@Suite struct RefusedRowTests {
    private static func refusal(
        _ table: String, _ columns: [String], _ rows: [[SQLValue]], _ rule: ConflictRule = .fail,
        setUp: [String]
    ) throws -> String {
        let folder = try TemporaryFolder()
        let database = try DatabaseKind.postgres.make(in: folder)
        for sql in setUp { try database.run(sql) }
        do {
            try database.withSession(inTransaction: true) {
                try $0.insert(try RowBatch(columns: columns, rows: rows), into: table, onConflict: rule)
            }
            return "no error"
        } catch let error as SQLError {
            #expect(!error.isTransient)
            return "\(error)"
        }
    }

    @Test(arguments: ["json", "jsonb"], [ConflictRule.fail, .update(keys: ["n"])])
    func malformedJSON(type: String, rule: ConflictRule) throws {
        let text = try Self.refusal(
            "documents", ["n", "body"], [[1, "{}"], [2, "{x"], [3, "[]"]], rule,
            setUp: ["CREATE TABLE documents (n BIGINT PRIMARY KEY, body \(type))"])
        for part in ["documents", "n = 2", "body = '{x'", "line 2"] { #expect(text.contains(part), "\(text)") }
    }

    @Test func aTrigger() throws {
        let text = try Self.refusal(
            "numbers", ["n"], [[1], [2], [13]],
            setUp: [
                "CREATE TABLE numbers (n BIGINT)",
                """
                CREATE FUNCTION unlucky() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN IF NEW.n = 13 THEN RAISE EXCEPTION ''no thirteen''; END IF; RETURN NEW; END'
                """,
                "CREATE TRIGGER unlucky BEFORE INSERT ON numbers FOR EACH ROW EXECUTE FUNCTION unlucky()",
            ])
        for part in ["no thirteen", "numbers", "n = 13"] { #expect(text.contains(part), "\(text)") }
    }

    @Test(arguments: ["NOT NULL", "CHECK (word <> 'bad')"])
    func constraintsOfAnUpsert(constraint: String) throws {
        let text = try Self.refusal(
            "words", ["n", "word"], [[1, "a"], [7, constraint == "NOT NULL" ? .null : "bad"]], .update(keys: ["n"]),
            setUp: ["CREATE TABLE words (n BIGINT PRIMARY KEY, word TEXT \(constraint))"])
        for part in ["words", "Failing row contains (7, "] { #expect(text.contains(part), "\(text)") }
    }

    @Test func aDeferredConstraint() throws {
        let text = try Self.refusal(
            "orders", ["n", "customer"], [[1, 5]],
            setUp: [
                "CREATE TABLE customers (id BIGINT PRIMARY KEY)",
                "CREATE TABLE orders (n BIGINT, customer BIGINT REFERENCES customers DEFERRABLE INITIALLY DEFERRED)",
            ])
        for part in ["table orders", "customer", "(5)", "orders_customer_fkey"] {
            #expect(text.contains(part), "\(text)")
        }
    }

    /// Rows that the table refuses are left out by the policy, with a warning, and counted; also through a crash.
    @Test(arguments: DatabaseKind.allCases, [TableMode.insert, .upsert(keys: ["n"])])
    func whatIsRefusedIsSkipped(_ kind: DatabaseKind, mode: TableMode) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY, word TEXT CHECK (word <> 'bad'))")
        let log = CapturedLog()
        func pipeline(_ policy: RefusedRowPolicy) -> Pipeline {
            Pipeline("numbers") { graph in
                let script = (0..<100).flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(1))] }
                graph.source(ScriptedSource([script]), name: "in")
                    .sink(
                        database.table("numbers", columns: ["n", "word"], mode: mode, refused: policy) {
                            [.init($0), $0 % 17 == 5 ? "bad" : "good"]
                        }, name: "out")
            }
        }
        var test = PipelineTest(
            seed: 1, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(20)))
        test.options.logger = log.logger
        let error = #expect(throws: (any Error).self) { try test.run(pipeline(.fail)) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("bad"))
        // The rows that wait are written now, but for those.
        try test.runUntilCrash(pipeline(.skip), at: .committed(CheckpointNumber(4)))
        let status = try test.run(pipeline(.skip))
        #expect(try database.rows(of: "numbers", columns: "n").count == 94)
        #expect(status.skipped >= 1)
        let warnings = Set(log.lines.filter { $0.contains("a row is left out") })
        #expect(warnings.count == 6, "\(warnings)")
    }
}
