import Foundation
import MillraceLibPQ
import MillracePostgres
import MillraceSQL
import PostgresTestServer
import Testing

/// What only PostgreSQL has.
@Suite struct PostgresTests {
    let database: PostgresDatabase

    init() throws { database = try PostgresDatabase(PostgresTestServer.shared.get().makeDatabase()) }

    @Test func textsBecomeWhatTheColumnIs() async throws {
        try await database.execute(
            "CREATE TABLE things (id UUID PRIMARY KEY, at TIMESTAMPTZ, data JSONB, cost NUMERIC(10, 2), ok BOOLEAN, small SMALLINT, ratio REAL)"
        )
        let columns = ["id", "at", "data", "cost", "ok", "small", "ratio"]
        let row: [SQLValue] = [
            "11111111-2222-3333-4444-555555555555", "2026-01-02T03:04:05Z", "{\"a\": [1, null]}", "12.50", true, 7, 0.5,
        ]
        for rule in [ConflictRule.fail, .ignore, .update(keys: ["id"])] {
            try await database.execute("DELETE FROM things")
            try await database.insert(into: "things", columns: columns, rows: [row], onConflict: rule)
            let read = try await database.query(
                "SELECT id, at AT TIME ZONE 'UTC', data->'a', cost, ok, small, ratio FROM things WHERE ok = $1", [true])
            #expect(read == [[row[0], "2026-01-02 03:04:05", "[1, null]", "12.50", 1, 7, 0.5]])
        }
    }

    @Test func aValueThatDoesNotFitNamesColumnAndRow() async throws {
        try await database.execute("CREATE TABLE fits (id INT PRIMARY KEY, word VARCHAR(3), CHECK (id > 0))")
        func failure(_ row: [SQLValue], _ rule: ConflictRule) async -> SQLError? {
            await #expect(throws: SQLError.self) {
                try await database.insert(
                    into: "fits", columns: ["id", "word"], rows: [[1, "a"], [2, "b"], row], onConflict: rule)
            }
        }
        for rule in [ConflictRule.fail, .update(keys: ["id"])] {
            let text = await failure(["x", "c"], rule)
            #expect(text?.kind == .type)
            expect(text, names: "table fits", "column id", "22P02", "id = 'x', word = 'c'")
            let long = await failure([3, "four"], rule)
            expect(long, names: "fits", "22001", "id = 3", "Give the column a type")
            let check = await failure([-3, "c"], rule)
            #expect(check?.kind == .constraint)
            expect(check, names: "fits", "-3, c")
        }
        let keys = await failure([3, "c"], .update(keys: ["word"]))
        #expect(keys?.kind == .refused)
        expect(keys, names: "ON CONFLICT")
    }

    @Test func aTransactionThatWentOnAfterAFailureIsNotTakenForDone() async throws {
        try await database.execute("CREATE TABLE done (id INT)")
        let error = await #expect(throws: SQLError.self) {
            try await database.transaction { session in
                try session.execute("INSERT INTO done VALUES (1)", [])
                _ = try? session.execute("SELEC", [])
            }
        }
        expect(error, names: "undone")
        #expect(try await database.query("SELECT count(*) FROM done") == [[0]])
    }

    @Test func aSchemaMayStandBeforeTheTable() async throws {
        try await database.execute("CREATE SCHEMA shop")
        try await database.execute("CREATE TABLE shop.orders (id INT)")
        try await database.insert(into: "shop.orders", columns: ["id"], rows: [[1]])
        #expect(try await database.query("SELECT * FROM shop.orders") == [[1]])
    }

    @Test func aLostConnectionIsMadeAgain() async throws {
        try await database.execute("CREATE TABLE kept (id INT)")
        for round in 0..<3 {
            // Somebody ends all connections of this database.
            let other = try PostgresConnection(PostgresTestServer.shared.get().conninfo())
            let name = try #require(try await database.query("SELECT current_database()").first?.first?.string)
            try other.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name])
            while try other.run("SELECT 1 FROM pg_stat_activity WHERE datname = $1", [name]).rowCount > 0 {
                try await Task.sleep(for: .milliseconds(5))
            }
            try await database.insert(into: "kept", columns: ["id"], rows: [[.init(round)]])
        }
        #expect(try await database.query("SELECT count(*) FROM kept") == [[3]])
    }

    @Test func aConnectionLostOnTheWayIsATransientError() async throws {
        let error = await #expect(throws: SQLError.self) {
            try await database.query("SELECT pg_terminate_backend(pg_backend_pid())")
        }
        #expect(error?.isTransient == true)
        #expect(try await database.query("SELECT 1") == [[1]])
    }

    @Test func aLockThatIsHeldTooLongIsATransientError() async throws {
        let conninfo = try PostgresTestServer.shared.get().makeDatabase()
        let database = try PostgresDatabase(conninfo, lockTimeout: .milliseconds(50))
        try await database.execute("CREATE TABLE held (id INT)")
        let other = try PostgresConnection(conninfo)
        try other.run("BEGIN")
        try other.run("LOCK TABLE held")
        let error = await #expect(throws: SQLError.self) {
            try await database.insert(into: "held", columns: ["id"], rows: [[1]])
        }
        #expect(error?.kind == .busy)
        try other.run("ROLLBACK")
        try await database.insert(into: "held", columns: ["id"], rows: [[1]])
    }

    @Test func noMoreConnectionsThanAllowed() async throws {
        let conninfo = try PostgresTestServer.shared.get().makeDatabase()
        let database = try PostgresDatabase(conninfo, connections: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 { group.addTask { _ = try await database.query("SELECT pg_sleep(0.02)") } }
            try await group.waitForAll()
        }
        let count = try await database.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        #expect(count == [[2]])
    }

    @Test func secretsAreNotSaid() async throws {
        let database = try PostgresDatabase(
            "host=/nowhere/at/all user=app dbname=shop password=hush-hush connect_timeout=1")
        #expect(database.summary == "PostgreSQL shop at /nowhere/at/all")
        let error = await #expect(throws: SQLError.self) { try await database.query("SELECT 1") }
        #expect(error?.kind == .unavailable)
        expect(error, names: "/nowhere/at/all", "See that the database runs")
        #expect(!"\(String(describing: error))".contains("hush"))
        #expect(throws: SQLError.self) { try PostgresDatabase("host") }
    }

    @Test func aDatabaseThatIsNotThereIsNoOutage() async throws {
        let database = try PostgresDatabase(PostgresTestServer.shared.get().conninfo(database: "nowhere"))
        let error = await #expect(throws: SQLError.self) { try await database.query("SELECT 1") }
        #expect(error?.kind == .missing)
        expect(error, names: "nowhere", "does not exist", "Create it")
    }
}
