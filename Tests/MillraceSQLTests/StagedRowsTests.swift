import Millrace
import MillraceSQL
import Testing

/// Upserts stage their rows in a table of their own: whatever the target and its columns are named.
@Suite struct StagedRowsTests {
    @Test(arguments: DatabaseKind.allCases)
    func aColumnOrTableOfTheSameName(_ kind: DatabaseKind) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        for table in ["millrace_rows", "millrace_rows_7f3a1c", "other"] {
            try database.run(
                "CREATE TABLE \(table) (millrace_row BIGINT PRIMARY KEY, \"MILLRACE_ROW_\" TEXT, n BIGINT)")
            let batch = try RowBatch(
                columns: ["millrace_row", "MILLRACE_ROW_", "n"],
                rows: [[1, "a", 1], [2, "b", 2], [1, "c", 3]])
            for rule in [ConflictRule.update(keys: ["millrace_row"]), .ignore] {
                try database.withSession(inTransaction: true) {
                    try $0.insert(batch, into: table, onConflict: rule)
                }
            }
            #expect(
                try database.rows(of: table)
                    == (try database.rows(of: "(SELECT 1, 'c', 3 UNION SELECT 2, 'b', 2) AS expected")), "\(table)")
        }
    }

    /// Rows may go to a view that takes them: one that shows a table's columns, or has a trigger instead.
    @Test func insertionsIntoViews() throws {
        let folder = try TemporaryFolder()
        let database = try DatabaseKind.postgres.make(in: folder)
        try database.run("CREATE TABLE numbers (n BIGINT, word TEXT)")
        try database.run("CREATE VIEW simple AS SELECT n, word FROM numbers")
        try database.run("CREATE VIEW sums AS SELECT sum(n) AS n, 'x' AS word FROM numbers")
        let batch = try RowBatch(columns: ["n", "word"], rows: [[1, "a"], [2, "b"]])
        for _ in 0..<2 {
            try database.withSession(inTransaction: true) { try $0.insert(batch, into: "simple", onConflict: .fail) }
        }
        #expect(try database.rows(of: "numbers").count == 4)
        let error = #expect(throws: SQLError.self) {
            try database.withSession(inTransaction: true) { try $0.insert(batch, into: "sums", onConflict: .fail) }
        }
        #expect(
            error.map { "\($0)".contains("view") && "\($0)".contains("sums") } ?? false, "\(String(describing: error))")
        #expect(error?.isTransient == false)
    }
}
