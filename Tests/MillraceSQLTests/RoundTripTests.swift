import MillraceSQL
import Testing

/// What is written is what is read.
@Suite struct RoundTripTests {
    static let texts = [
        "", " ", "plain", "\u{1F980} ünï", "tab\tnewline\nreturn\r", "back\\slash \\N \\. \\\\", "quote ' \" ` $1 ?",
        "\\.", "NULL", "\u{8}\u{b}\u{c}\u{1}\u{7f}", "{a,b}", "(x)", String(repeating: "long ", count: 10_000),
    ]

    @Test(arguments: DatabaseKind.allCases)
    func values(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try await database.execute(
            "CREATE TABLE kinds (id BIGINT PRIMARY KEY, i BIGINT, r DOUBLE PRECISION, t TEXT, b \(kind.bytes))")
        let reals: [Double] = [0, -0.0, 1.5, -1e300, .leastNonzeroMagnitude, .pi, 0.1 + 0.2, .infinity, -.infinity]
        let integers = [0, 1, -1, Int64.min, Int64.max]
        let blobs: [[UInt8]] = [[], [0], Array(0...255), Array("\\x00".utf8)]
        var rows: [[SQLValue]] = [[0, nil, nil, nil, nil]]
        for text in Self.texts {
            let id = rows.count
            rows.append([
                .init(id), .integer(integers[id % integers.count]), .real(reals[id % reals.count]), .text(text),
                .blob(blobs[id % blobs.count]),
            ])
        }
        let columns = ["id", "i", "r", "t", "b"]
        for rule in [ConflictRule.fail, .ignore, .update(keys: ["id"])] {
            try await database.execute("DELETE FROM kinds")
            try await database.insert(into: "kinds", columns: columns, rows: rows, onConflict: rule)
            let read = try await database.query("SELECT id, i, r, t, b FROM kinds ORDER BY id")
            #expect(read == rows, "\(rule)")
        }
        // As arguments, too.
        for row in rows {
            let found = try await database.query(
                "SELECT count(*) FROM kinds WHERE id = $1 AND (t = $3 OR $2 = 1)",
                [row[0], row[3].isNull ? 1 : 0, row[3]])
            #expect(found == [[1]], "\(row)")
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func namesNeedNoCare(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try await database.execute("CREATE TABLE \"order \"\"x\"\"\" (\"select\" TEXT PRIMARY KEY, \"from, to\" TEXT)")
        for rule in [ConflictRule.fail, .ignore, .update(keys: ["select"])] {
            try await database.insert(
                into: "order \"x\"", columns: ["select", "from, to"], rows: [[.text("\(rule)"), "b"]], onConflict: rule)
        }
        #expect(try database.rows(of: "\"order \"\"x\"\"\"").count == 3)
    }

    @Test(arguments: DatabaseKind.allCases)
    func aTextWithNULIsRefused(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try await database.execute("CREATE TABLE texts (id BIGINT, t TEXT)")
        for value in [SQLValue.text("a\0b")] {
            let error = await #expect(throws: SQLError.self) {
                try await database.insert(into: "texts", columns: ["id", "t"], rows: [[1, "ok"], [2, value]])
            }
            #expect(error?.kind == .type)
            expect(error, names: "NUL", "texts", "id = 2", "t = ")
            await #expect(throws: SQLError.self) {
                try await database.execute("INSERT INTO texts VALUES (1, $1)", [value])
            }
        }
        #expect(try database.rows(of: "texts").isEmpty)
    }

    @Test(arguments: DatabaseKind.allCases)
    func aRowOfAnotherLengthIsRefused(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        let error = await #expect(throws: SQLError.self) {
            try await database.insert(into: "texts", columns: ["id", "t"], rows: [[1]])
        }
        expect(error, names: "1 values", "2 columns")
    }
}
