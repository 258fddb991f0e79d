import MillracePostgres
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

    /// A role's `search_path` may have temporary tables come last; a table of the same name, there or in a trigger, is left alone.
    @Test(arguments: ["public", "public, pg_temp", "pg_temp, public"])
    func aTableOfTheSameNameIsLeftAlone(searchPath: String) throws {
        let folder = try TemporaryFolder()
        let database = try DatabaseKind.postgres.make(in: folder)
        let name = try #require(database.summary.split(separator: " ").dropFirst().first)
        try database.run("ALTER DATABASE \(name) SET search_path = \(searchPath)")
        (database as? PostgresDatabase)?.close()
        for table in ["millrace_rows", "millrace_rows_7f3a1c"] {
            try database.run("CREATE TABLE public.\(table) (millrace_row BIGINT PRIMARY KEY, n BIGINT)")
            try database.run("INSERT INTO public.\(table) VALUES (7, 7)")
        }
        try database.run("CREATE TABLE public.target (millrace_row BIGINT PRIMARY KEY, n BIGINT)")
        try database.run(
            """
            CREATE FUNCTION public.known() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.n = (SELECT n FROM millrace_rows WHERE millrace_row = 7); RETURN NEW; END'
            """)
        try database.run(
            "CREATE TRIGGER known BEFORE INSERT ON public.target FOR EACH ROW EXECUTE FUNCTION public.known()")
        let batch = try RowBatch(columns: ["millrace_row", "n"], rows: [[1, 1], [2, 2], [1, 3]])
        try database.withSession(inTransaction: true) { session in
            // Twice in one transaction.
            for _ in 0..<2 {
                try session.insert(batch, into: "target", onConflict: .update(keys: ["millrace_row"]))
            }
        }
        #expect(try database.rows(of: "public.target") == ["1 7", "2 7"])
        for table in ["millrace_rows", "millrace_rows_7f3a1c"] {
            #expect(try database.rows(of: "public.\(table)") == ["7 7"])
        }
    }
}
