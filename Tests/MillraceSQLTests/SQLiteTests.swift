import MillraceSQL
import MillraceSQLite
import Testing

/// What only SQLite has.
@Suite struct SQLiteTests {
    @Test func commitsAreSynchronised() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.file("test.db"))
        let (journal, synchronous) = try await database.transaction { session in
            (try session.query("PRAGMA journal_mode", []), try session.query("PRAGMA synchronous", []))
        }
        #expect(journal == [["wal"]])
        #expect(synchronous == [[2]])  // FULL
    }

    @Test func aFileThatCannotBeOpenedIsNoOutage() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.file("no/such/folder/test.db"))
        let error = await #expect(throws: SQLError.self) { try await database.query("SELECT 1") }
        #expect(error?.isTransient == false)
        expect(error, names: "no/such/folder/test.db", "unable to open")
    }

    @Test func aFileThatWasClosedIsOpenedAgain() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.file("test.db"))
        try await database.execute("CREATE TABLE kept (id BIGINT)")
        try database.close()
        try await database.insert(into: "kept", columns: ["id"], rows: [[1]])
        #expect(try await database.query("SELECT id FROM kept") == [[1]])
    }

    @Test func notANumberIsRefused() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.file("test.db"))
        try await database.execute("CREATE TABLE reals (r DOUBLE PRECISION)")
        let error = await #expect(throws: SQLError.self) {
            try await database.insert(into: "reals", columns: ["r"], rows: [[.real(.nan)]])
        }
        expect(error, names: "NaN", "NULL", "reals")
    }
}
