import Foundation
import MillracePostgres
import MillraceSQL
import PostgresTestServer
import Testing

/// A server that is connected and says nothing: nobody waits for it without end.
@Suite struct SilentServerTests {
    /// Stops the process behind the one connection of a database, and lets it go on at the end.
    private static func whileStopped(
        _ database: PostgresDatabase, _ body: () throws -> Void
    ) throws {
        let rows = try database.withSession(inTransaction: false) { try $0.query("SELECT pg_backend_pid()", []) }
        let process = try #require(rows.first?.first?.int.flatMap { Int32(exactly: $0) })
        #expect(kill(process, SIGSTOP) == 0)
        defer { kill(process, SIGCONT) }
        try body()
    }

    private static func unavailable(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch let error as SQLError where error.kind == .unavailable {
            return "\(error)"
        } catch { return "another kind: \(error)" }
    }

    @Test func aStatementHasADeadline() throws {
        let database = try PostgresDatabase(
            PostgresTestServer.shared.get().makeDatabase(), answerTimeout: .milliseconds(400))
        try database.run("CREATE TABLE numbers (n BIGINT)")
        try Self.whileStopped(database) {
            let began = ContinuousClock.now
            let text = Self.unavailable { try database.run("INSERT INTO numbers VALUES (1)") }
            #expect(text.contains("has not answered within 0.4 seconds"), "\(text)")
            #expect(ContinuousClock.now - began < .seconds(20))
            // That connection is not used again.
            try database.run("INSERT INTO numbers VALUES (2)")
        }
        #expect(try database.rows(of: "numbers").contains("2"))
    }

    /// More than the socket takes in.
    @Test func soDoesACopy() throws {
        let database = try PostgresDatabase(
            PostgresTestServer.shared.get().makeDatabase(), answerTimeout: .milliseconds(400))
        try database.run("CREATE TABLE texts (t TEXT)")
        let rows = (0..<400).map { _ in [SQLValue.text(String(repeating: "x", count: 50_000))] }
        let batch = try RowBatch(columns: ["t"], rows: rows)
        try Self.whileStopped(database) {
            let text = Self.unavailable {
                try database.withSession(inTransaction: true) { try $0.insert(batch, into: "texts", onConflict: .fail) }
            }
            #expect(text.contains("has not answered within"), "\(text)")
        }
        try database.withSession(inTransaction: true) { try $0.insert(batch, into: "texts", onConflict: .fail) }
        #expect(try database.rows(of: "texts", columns: "count(*)") == ["400"])
    }

    @Test func aStatementThatWorksLongerThanThat() throws {
        let database = try PostgresDatabase(
            PostgresTestServer.shared.get().makeDatabase(), answerTimeout: .milliseconds(300))
        let text = Self.unavailable { try database.run("SELECT pg_sleep(2)") }
        #expect(text.contains("has not answered within"), "\(text)")
        try database.run("SELECT pg_sleep(0.1)")
    }
}
