import Millrace
import MillraceSQL
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
}
