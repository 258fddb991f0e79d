import MillracePostgres
import MillraceSQL
import PostgresTestServer
import Testing

@testable import MillraceLibPQ

/// What kind of failure a database's error is: this decides whether trying again can help.
@Suite struct ErrorKindTests {
    func kind(_ body: () throws -> Void) -> SQLError.Kind? {
        do {
            try body()
            return nil
        } catch { return (error as? SQLError)?.kind }
    }

    @Test func refusalsOfPostgres() throws {
        let server = try PostgresTestServer.shared.get()
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
        try database.run("ALTER ROLE \(role) NOLOGIN")
        #expect(kind { try limited.run("SELECT 1") } == .permission)
        let unknown = try PostgresDatabase(conninfo.replacing("user=test", with: "user=nobody_\(name)"))
        #expect(kind { try unknown.run("SELECT 1") } == .permission)
        #expect(
            kind { _ = try database.withSession(inTransaction: false) { try $0.query("SELECT $1::int, $2::int", [1]) } }
                == .refused)
    }

    /// A mode that is none will be none the next time.
    @Test(arguments: [
        "sslmode=nonsense", "port=99999", "port=x", "connect_timeout=x", "target_session_attrs=x",
        "options='-c no_such_setting=1'", "options='-c work_mem=nonsense'",
    ])
    func settingsThatAreNone(setting: String) throws {
        let conninfo = try PostgresTestServer.shared.get().conninfo() + " " + setting
        let error = #expect(throws: SQLError.self) { try PostgresDatabase(conninfo).run("SELECT 1") }
        #expect(error?.kind == .refused && error?.isTransient == false, "\(String(describing: error))")
        expect(error, names: "Correct the connection string")
    }

    @Test func aServerWithoutEncryption() throws {
        let server = try UnencryptedServer()
        let conninfo = "host=127.0.0.1 port=\(server.port) user=test dbname=test sslmode=require gssencmode=disable"
        let error = #expect(throws: SQLError.self) { try PostgresDatabase(conninfo).run("SELECT 1") }
        #expect(error?.kind == .refused, "\(String(describing: error))")
        expect(error, names: "SSL", "was required", "Correct the connection string")
    }

    @Test(arguments: [
        ("failed: FATAL:  too many connections for role \"app\"", "53300"),
        ("failed: FATAL:  too many connections for database \"shop\"", "53300"),
        ("failed: FATAL:  sorry, too many clients already", "53300"),
        ("failed: FATAL:  remaining connection slots are reserved for non-replication superuser connections", "53300"),
        (
            "failed: FATAL:  permission denied for database \"shop\"\nDETAIL:  User does not have CONNECT privilege.",
            "42501"
        ),
        ("failed: FATAL:  database \"certificates\" does not exist", "3D000"),
        ("failed: FATAL:  password authentication failed for user \"app\"", "28000"),
        (
            "failed: FATAL:  no pg_hba.conf entry for host \"10.0.0.7\", user \"app\", database \"shop\", no encryption",
            "28000"
        ),
        ("failed: FATAL:  pg_hba.conf rejects connection for host \"10.0.0.7\", user \"app\"", "28000"),
        ("failed: FATAL:  role \"app\" is not permitted to log in", "28000"),
        ("failed: fe_sendauth: no password supplied", "28000"),
        ("failed: server does not support SSL, but SSL was required", "08001"),
        ("failed: SSL error: certificate verify failed", "08001"),
        ("failed: Connection refused", nil), ("failed: FATAL:  the database system is starting up", nil),
        ("failed: timeout expired", nil), ("failed: server closed the connection unexpectedly", nil),
    ])
    func refusalsOfConnections(words: String, sqlState: String?) {
        // Whatever the host is called, and what another one said before.
        for host in ["db", "sslmode-tests", "certificates.internal"] {
            let message = "connection to server at \"\(host)\" (10.0.0.1), port 5432 \(words)"
            #expect(ConnectionRefusal.sqlState(message) == sqlState, "\(message)")
            let second =
                "connection to server at \"a\" (10.0.0.2), port 5432 failed: FATAL:  role \"x\" does not exist\n"
            #expect(ConnectionRefusal.sqlState(second + message) == sqlState, "\(message)")
        }
        let resolved = "could not translate host name \"certificates.internal\" to address: Name or service not known"
        #expect(ConnectionRefusal.sqlState(resolved) == nil)
    }

    /// The server says it in its own language.
    @Test(arguments: [
        "COPY orders, line 3, column total: \"x\"", "COPY orders, Zeile 3, Spalte total: \"7\"",
        "COPY orders, ligne 3, colonne total : « 7 »", "COPY orders、行 3、列 total: \"x\"", "COPY a, 5, line 3: \"7\"",
        "JSON data, line 1: {x\nCOPY orders, line 3, column body: \"{x\"",
        "PL/pgSQL function f() line 8 at RAISE\nCOPY orders, line 3: \"7\"",
    ])
    func theLineOfACopy(context: String) {
        #expect(PostgresError("x", context: context).copyLine == 3)
        #expect(PostgresError("x", context: "PL/pgSQL function f() line 8 at RAISE").copyLine == nil)
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
