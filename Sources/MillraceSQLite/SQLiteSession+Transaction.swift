import GRDB
import GRDBSQLite
import MillraceSQL

extension SQLiteSession {
    /// Runs `body` in a transaction, which is rolled back if it throws.
    static func transaction<R>(
        _ pool: DatabasePool, _ summary: String, _ body: (SQLiteSession) throws -> R
    ) throws -> R {
        try pool.write { connection in
            let session = SQLiteSession(connection, summary)
            let result = try body(session)
            if hasOpenReferences(connection), let error = try brokenReference(connection, summary) { throw error }
            return result
        }
    }

    /// Returns whether deferred foreign keys are violated, for which COMMIT would fail without naming the row.
    private static func hasOpenReferences(_ connection: Database) -> Bool {
        var (current, most): (Int32, Int32) = (0, 0)
        let code = sqlite3_db_status(connection.sqliteConnection, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &most, 0)
        return code == SQLITE_OK && current != 0
    }

    /// Returns the error for the first row that violates a foreign key.
    private static func brokenReference(_ connection: Database, _ summary: String) throws -> SQLError? {
        guard let broken = try Row.fetchOne(connection, sql: "PRAGMA foreign_key_check"),
            let table: String = broken["table"], let parent: String = broken["parent"], let key: Int = broken["fkid"]
        else { return nil }
        let columns = try Row.fetchAll(connection, sql: "PRAGMA foreign_key_list(\(SQLName.quoted(table)))")
            .filter { $0["id"] == key }.compactMap { $0["from"] as String? }
        var place = SQLError.Place(database: summary, table: table, columns: columns)
        if let id: Int64 = broken["rowid"] {
            place.row = try Row.fetchOne(
                connection, sql: "SELECT \(SQLName.list(columns)) FROM \(SQLName.quoted(table)) WHERE rowid = ?",
                arguments: [id]
            )?.databaseValues.map(SQLValue.init)
        }
        return SQLError(
            .constraint, "FOREIGN KEY constraint failed: table \(parent) has no such row",
            code: "SQLite \(ResultCode.SQLITE_CONSTRAINT_FOREIGNKEY.rawValue)", place: place)
    }
}
