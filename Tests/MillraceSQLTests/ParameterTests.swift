import MillraceSQL
import Testing

/// What is a parameter, and what only looks like one.
@Suite struct ParameterTests {
    private static func query(
        _ kind: DatabaseKind, _ sql: String, _ values: [SQLValue]
    ) throws -> [String] {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        return try database.withSession(inTransaction: false) { try $0.query(sql, values) }
            .map { $0.map { "\($0)" }.joined(separator: " ") }
    }

    @Test(arguments: DatabaseKind.allCases)
    func numberedOnes(_ kind: DatabaseKind) throws {
        let cast = "CAST($1 AS TEXT)"
        let second = "CAST($2 AS TEXT)"
        #expect(try Self.query(kind, "SELECT '$', \(cast)", ["a"]).count == 1)
        let same = try Self.query(kind, "SELECT \(second), '$1', \(cast), \(second), '?'", ["a", "b"])
        let texts = try Self.query(kind, "SELECT 'b', '$1', 'a', 'b', '?'", [])
        #expect(same == texts)
        // A comment and a quoted name.
        #expect(try Self.query(kind, "SELECT 1 AS \"$2\" -- $3\n", []) == Self.query(kind, "SELECT 1", []))
        #expect(try Self.query(kind, "SELECT 1 AS \"a?b\" /* ? $7 */", []).count == 1)
        #expect(throws: SQLError.self) { try Self.query(kind, "SELECT \(cast), \(second)", ["a"]) }
        #expect(throws: SQLError.self) { try Self.query(kind, "SELECT \(cast)", ["a", "b"]) }
    }

    @Test func questionMarksOfSQLite() throws {
        #expect(try Self.query(.sqlite, "SELECT '$', ?", ["a"]) == Self.query(.sqlite, "SELECT '$', 'a'", []))
        #expect(
            try Self.query(.sqlite, "SELECT ?, '$1', ?", ["a", "b"]) == Self.query(.sqlite, "SELECT 'a', '$1', 'b'", [])
        )
        #expect(throws: SQLError.self) { try Self.query(.sqlite, "SELECT ?, ?", ["a"]) }
    }
}
