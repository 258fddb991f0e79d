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
        #expect(throws: SQLError.self) { try Self.query(kind, "SELECT \(cast), \(second)", ["a"]) }
        #expect(throws: SQLError.self) { try Self.query(kind, "SELECT \(cast)", ["a", "b"]) }
    }

    /// Texts of SQL that hold what looks like parameters, and give 1 and the value of their one parameter, `#`.
    static let texts = [
        "SELECT 1, #", "SELECT 1, # /* $2 ? */", "SELECT /* it's $2 */ 1, #", "SELECT 1, # -- $2 ? ' \"",
        "SELECT 1 AS \"$2\", #", "SELECT 1 AS \"a\"\"$2\", # AS \"?\"",
        "SELECT length('$'), #", "SELECT length('?'), #", "SELECT length('$2') - 1, #",
        "SELECT length('it''s $2 ?') - 8, #", "SELECT length('--') - 1, # -- '", "SELECT length('/*') - 1, # /* ' */",
        "SELECT length('\"$2') - 2, # AS \"'$3\"", "SELECT 1, # WHERE '$2' <> '?' AND '$' = '$'",
        "SELECT 1,\n# -- ?\n-- $3\n", "SELECT count(*), # FROM (SELECT '$2' AS \"?\") AS \"$3\"",
    ]

    @Test(arguments: DatabaseKind.allCases, texts)
    func onlyLooksLikeOne(_ kind: DatabaseKind, text: String) throws {
        let sql = text.replacing("#", with: "CAST($1 AS TEXT)")
        #expect(try Self.query(kind, sql, ["a$2?"]) == ["1 'a$2?'"], "\(sql)")
        #expect(throws: SQLError.self) { try Self.query(kind, sql, []) }
        #expect(throws: SQLError.self) { try Self.query(kind, sql, ["a", "b"]) }
        if kind == .sqlite {
            #expect(try Self.query(kind, text.replacing("#", with: "?"), ["b"]) == ["1 'b'"], "\(text)")
        }
    }

    /// Texts in other quotes, which only PostgreSQL has; a question mark is an operator there.
    @Test(arguments: [
        "SELECT length($$ $2 ? $$) - 5, #", "SELECT length($a$ $$ $2 ' $b$ $a$) - 12, #",
        "SELECT length(e'\\'$2') - 2, #", "SELECT length(U&'$2\\0041') - 2, #",
        "SELECT 1 /* /* $2 */ ? ' */, #", "SELECT CAST('{\"$2\": 1}'::jsonb ? '$2' AS int), #",
        "SELECT CAST('{\"?\": 1}'::jsonb ?| ARRAY['?', '$2'] AS int), #",
        "SELECT length(B'1'::text), #", "SELECT count(*), # FROM (SELECT 1 AS a$2) AS t$3",
    ])
    func quotesOfPostgres(text: String) throws {
        #expect(try Self.query(.postgres, text.replacing("#", with: "CAST($1 AS TEXT)"), ["a"]) == ["1 'a'"], "\(text)")
    }

    /// Names in other quotes, which only SQLite has.
    @Test(arguments: ["SELECT 1 AS [$2], #", "SELECT 1 AS `?$2`, #", "SELECT 1 AS [it's ?], #"])
    func quotesOfSQLite(text: String) throws {
        for parameter in ["?", "$1", "?1"] {
            #expect(try Self.query(.sqlite, text.replacing("#", with: parameter), ["a"]) == ["1 'a'"], "\(text)")
        }
    }

    @Test func questionMarksOfSQLite() throws {
        #expect(try Self.query(.sqlite, "SELECT '$', ?", ["a"]) == ["'$' 'a'"])
        #expect(try Self.query(.sqlite, "SELECT ?, '$1', ?", ["a", "b"]) == ["'a' '$1' 'b'"])
        #expect(try Self.query(.sqlite, "SELECT ?2, ?1, '?', ?2", ["a", "b"]) == ["'b' 'a' '?' 'b'"])
        #expect(throws: SQLError.self) { try Self.query(.sqlite, "SELECT ?, ?", ["a"]) }
    }
}
