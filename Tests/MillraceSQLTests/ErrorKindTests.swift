import MillracePostgres
import Testing

@testable import MillraceSQL

/// What kind of failure a database's error is: this decides whether trying again can help.
@Suite struct ErrorKindTests {
    func kind(_ body: () throws -> Void) -> SQLError.Kind? {
        do {
            try body()
            return nil
        } catch { return (error as? SQLError)?.kind }
    }

    @Test func refusalsOfPostgres() throws {
        let server = try PostgresServer.shared.get()
        let conninfo = try server.makeDatabase()
        let database = try PostgresDatabase(conninfo)
        let name = try #require(conninfo.split(separator: "=").last)
        let role = "limited_\(name)"
        try database.run("CREATE ROLE \(role) LOGIN CONNECTION LIMIT 0")
        let limited = try PostgresDatabase(conninfo.replacing("user=test", with: "user=\(role)"))
        #expect(kind { try limited.run("SELECT 1") } == .unavailable, "a limit of connections passes")
        try database.run("ALTER ROLE \(role) CONNECTION LIMIT 5")
        try limited.run("SELECT 1")
        limited.close()
        try database.run("REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC")
        #expect(kind { try limited.run("SELECT 1") } == .permission)
        // A socket has no encryption, and a mode that is none will be none the next time.
        let mode = try? PostgresDatabase(conninfo + " sslmode=nonsense")
        #expect(mode == nil || kind { try mode?.run("SELECT 1") } == .refused)
        #expect(
            kind { _ = try database.withSession(inTransaction: false) { try $0.query("SELECT $1::int, $2::int", [1]) } }
                == .refused)
    }

    /// What is behind a NUL would be cut off, and the rest would mean something else.
    @Test(arguments: DatabaseKind.allCases)
    func aStatementWithANULIsNotSent(_ kind: DatabaseKind) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE m (n BIGINT)")
        try database.run("INSERT INTO m VALUES (1), (2)")
        let statement = "DELETE FROM m\u{0} WHERE n = 1"
        for isTransaction in [true, false] {
            #expect(
                self.kind {
                    try database.withSession(inTransaction: isTransaction) { _ = try $0.execute(statement, []) }
                }
                    == .refused)
            #expect(
                self.kind { try database.withSession(inTransaction: isTransaction) { _ = try $0.query(statement, []) } }
                    == .refused)
        }
        #expect(try database.rows(of: "m").count == 2)
    }
}
