import GRDB
import MillraceSQL

/// A session for single statements outside a transaction. Statements that only read use a reading connection.
struct SQLiteStatements: SQLSession {
    private let pool: DatabasePool
    private let summary: String

    init(_ pool: DatabasePool, _ summary: String) {
        self.pool = pool
        self.summary = summary
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try pool.writeWithoutTransaction { try SQLiteSession($0, summary).execute(sql, arguments) }
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        try SQLError.checkStatement(sql, SQLError.Place(database: summary))
        do {
            let read: [[SQLValue]]? = try pool.read { connection in
                let statement = try connection.makeStatement(sql: sql)
                return statement.isReadonly ? try SQLiteSession.rows(statement, arguments) : nil
            }
            if let read { return read }
        } catch {
            throw SQLiteSession.error(error, SQLError.Place(database: summary))
        }
        return try pool.writeWithoutTransaction { try SQLiteSession($0, summary).query(sql, arguments) }
    }

    func insert(_ rows: RowBatch, into table: String, onConflict: ConflictRule) throws {
        try SQLiteSession.transaction(pool, summary) {
            try $0.insert(rows, into: table, onConflict: onConflict)
        }
    }
}
