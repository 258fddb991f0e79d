import Millrace
import MillraceFiles
import MillraceSQL
import MillraceTesting
import Testing

/// What a database refuses is told with the row, or with table and key where it is found at COMMIT.
@Suite struct RefusedRowTests {
    static let rules = [ConflictRule.fail, .ignore, .update(keys: ["n"])]

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
        for part in ["documents", "n = 2", "body = '{x'", "row 2 of the batch"] {
            #expect(text.contains(part), "\(text)")
        }
    }

    /// Whenever it is called, and with whatever code it raises its error.
    @Test(arguments: rules, ["BEFORE INSERT", "AFTER INSERT", "AFTER INSERT OR UPDATE"])
    func aTrigger(rule: ConflictRule, time: String) throws {
        for code in ["P0001", "MY001"] {
            let text = try Self.refusal(
                "numbers", ["n"], [[1], [2], [13], [4], [5]], rule,
                setUp: [
                    "CREATE TABLE numbers (n BIGINT PRIMARY KEY)",
                    """
                    CREATE FUNCTION unlucky() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
                        IF NEW.n = 13 THEN RAISE EXCEPTION 'no thirteen' USING ERRCODE = '\(code)'; END IF; RETURN NEW;
                    END $f$
                    """,
                    "CREATE TRIGGER unlucky \(time) ON numbers FOR EACH ROW EXECUTE FUNCTION unlucky()",
                ])
            for part in ["no thirteen", "table numbers", "row 3 of the batch: n = 13", "function unlucky()", code] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }

    @Test(arguments: rules)
    func aForeignKey(rule: ConflictRule) throws {
        let text = try Self.refusal(
            "orders", ["n", "customer"], [[1, 1], [2, nil], [3, 1], [4, 5], [5, 6]], rule,
            setUp: [
                "CREATE TABLE customers (id BIGINT PRIMARY KEY)", "INSERT INTO customers VALUES (1)",
                "CREATE TABLE orders (n BIGINT PRIMARY KEY, customer BIGINT REFERENCES customers)",
            ])
        for part in ["table orders", "orders_customer_fkey", "row 4 of the batch: n = 4, customer = 5"] {
            #expect(text.contains(part), "\(text)")
        }
    }

    /// Of an upsert's rows some are replaced by later ones: it is one of the others.
    @Test func anotherIndexThanTheUpserts() throws {
        let text = try Self.refusal(
            "words", ["n", "word"], [[1, "a"], [2, "taken"], [2, "b"], [3, "c"], [4, "taken"], [5, "e"]],
            .update(keys: ["n"]),
            setUp: [
                "CREATE TABLE words (n BIGINT PRIMARY KEY, word TEXT UNIQUE)", "INSERT INTO words VALUES (9, 'taken')",
            ])
        for part in ["table words", "words_word_key", "row 5 of the batch: n = 4, word = 'taken'"] {
            #expect(text.contains(part), "\(text)")
        }
    }

    @Test(arguments: rules)
    func aValueThatIsTooLongForItsIndex(rule: ConflictRule) throws {
        // Does not compress.
        var random = SystemRandomNumberGenerator()
        let long = String(
            (0..<9000).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement(using: &random) ?? "a" })
        let text = try Self.refusal(
            "words", ["n", "word"], [[1, "a"], [2, .text(long)], [3, "c"]], rule,
            setUp: ["CREATE TABLE words (n BIGINT PRIMARY KEY, word TEXT UNIQUE)"])
        for part in ["table words", "54000", "row 2 of the batch: n = 2"] { #expect(text.contains(part), "\(text)") }
    }

    /// The transaction in which the row was looked for has failed, as it has where nobody looks.
    @Test func theTransactionHasFailed() throws {
        let folder = try TemporaryFolder()
        let database = try DatabaseKind.postgres.make(in: folder)
        try database.run("CREATE TABLE words (n BIGINT PRIMARY KEY, word TEXT CHECK (word <> 'bad'))")
        let batch = try RowBatch(columns: ["n", "word"], rows: [[1, "a"], [2, "bad"], [3, "c"]])
        let error = #expect(throws: SQLError.self) {
            try database.withSession(inTransaction: true) { session in
                try? session.insert(batch, into: "words", onConflict: .update(keys: ["n"]))
            }
        }
        expect(error, names: "undone")
        #expect(try database.rows(of: "words").isEmpty)
    }

    @Test(arguments: DatabaseKind.allCases, rules)
    func theRowsNumberIsSaid(_ kind: DatabaseKind, rule: ConflictRule) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE words (n BIGINT PRIMARY KEY, word TEXT CHECK (word <> 'bad'))")
        let rows = (1...40).map { [SQLValue.init($0), $0 == 29 ? "bad" : "good"] }
        let error = #expect(throws: SQLError.self) {
            try database.withSession(inTransaction: true) {
                try $0.insert(try RowBatch(columns: ["n", "word"], rows: rows), into: "words", onConflict: rule)
            }
        }
        #expect(error?.place.rowNumber == 29 && error?.place.row == [29, "bad"])
        expect(error, names: "table words", "row 29 of the batch: n = 29, word = 'bad'")
    }

    @Test(arguments: ["NOT NULL", "CHECK (word <> 'bad')"])
    func constraintsOfAnUpsert(constraint: String) throws {
        let text = try Self.refusal(
            "words", ["n", "word"], [[1, "a"], [7, constraint == "NOT NULL" ? .null : "bad"]], .update(keys: ["n"]),
            setUp: ["CREATE TABLE words (n BIGINT PRIMARY KEY, word TEXT \(constraint))"])
        for part in ["table words", "Failing row contains (7, ", "row 2 of the batch: n = 7, word = "] {
            #expect(text.contains(part), "\(text)")
        }
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

    /// Found at the COMMIT, which names table and columns, or at least the sink's.
    @Test(arguments: DatabaseKind.allCases, [TableMode.insert, .upsert(keys: ["n"])])
    func aDeferredConstraintOfASink(_ kind: DatabaseKind, mode: TableMode) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE customers (id BIGINT PRIMARY KEY)")
        try database.run(
            """
            CREATE TABLE orders (
                n BIGINT PRIMARY KEY, customer BIGINT REFERENCES customers (id) DEFERRABLE INITIALLY DEFERRED)
            """)
        let error = #expect(throws: (any Error).self) { try Self.write([5], to: database, mode, folder) }
        expect(error, names: "operator out", "table orders", "customer", "customers", "5", "Correct the row")
        #expect(try database.rows(of: "orders").isEmpty)
        // What is put right in the same transaction is right.
        try database.withSession(inTransaction: true) { session in
            try session.execute("INSERT INTO orders VALUES (1, 7)", [])
            try session.execute("INSERT INTO customers VALUES (7)", [])
        }
        #expect(try database.rows(of: "orders") == ["1 7"])
    }

    /// The server does not say whose trigger it was.
    @Test func aDeferredTriggerOfASink() throws {
        let folder = try TemporaryFolder()
        let database = try DatabaseKind.postgres.make(in: folder)
        try database.run("CREATE TABLE orders (n BIGINT PRIMARY KEY, customer BIGINT)")
        try database.run(
            """
            CREATE FUNCTION unlucky() RETURNS trigger LANGUAGE plpgsql AS
            $f$ BEGIN RAISE EXCEPTION 'no thirteen' USING ERRCODE = 'MY001'; END $f$
            """)
        try database.run(
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION unlucky()"
        )
        let error = #expect(throws: (any Error).self) { try Self.write([13], to: database, .insert, folder) }
        expect(error, names: "table orders", "no thirteen", "function unlucky()", "columns n, customer")
    }

    /// A trigger objects to a row with a code of its own, or is itself wrong: then all rows would be left out.
    @Test(arguments: [TableMode.insert, .upsert(keys: ["n"])], [true, false])
    func whatATriggerRefusesIsSkipped(mode: TableMode, isRaised: Bool) throws {
        let folder = try TemporaryFolder()
        let database = try DatabaseKind.postgres.make(in: folder)
        try database.run("CREATE TABLE orders (n BIGINT PRIMARY KEY, customer BIGINT)")
        let objection = isRaised ? "RAISE EXCEPTION 'no thirteen' USING ERRCODE = 'MY001'" : "EXECUTE 'SELEC 1'"
        try database.run(
            """
            CREATE FUNCTION unlucky() RETURNS trigger LANGUAGE plpgsql AS
            $f$ BEGIN IF NEW.n = 13 THEN \(objection); END IF; RETURN NEW; END $f$
            """)
        try database.run(
            "CREATE TRIGGER unlucky AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION unlucky()")
        if isRaised {
            try Self.write([1, 13, 2], to: database, mode, folder, .skip)
            #expect(try database.rows(of: "orders") == ["1 1", "2 2"])
        } else {
            let error = #expect(throws: (any Error).self) {
                try Self.write([1, 13, 2], to: database, mode, folder, .skip)
            }
            expect(error, names: "table orders", "SELEC", "function unlucky()", "n = 13")
        }
    }

    /// A run that writes orders of these customers.
    private static func write(
        _ customers: [Int], to database: any SQLDatabase, _ mode: TableMode, _ folder: TemporaryFolder,
        _ refused: RefusedRowPolicy = .fail
    ) throws {
        let pipeline = Pipeline("orders") { graph in
            graph.source(ScriptedSource([customers.map { .record($0) }]), name: "in")
                .sink(
                    database.table("orders", columns: ["n", "customer"], mode: mode, refused: refused) {
                        [.init($0), .init($0)]
                    }, name: "out")
        }
        try PipelineTest(seed: 1, checkpoints: .init(directory: folder.file("state"))).run(pipeline)
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
        #expect(warnings.allSatisfy { $0.contains("of the batch: n = ") && $0.contains("word = 'bad'") }, "\(warnings)")
    }
}
