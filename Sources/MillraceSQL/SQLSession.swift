/// A connection to a database while it is lent out: its calls wait for the database. Used by one thread at a time.
public protocol SQLSession {
    /// Runs a statement that gives no rows.
    ///
    /// - Parameter arguments: what `$1`, `$2` and so on stand for.
    /// - Returns: how many rows it changed.
    /// - Throws: `SQLError`.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Runs a statement and gives its rows.
    ///
    /// - Parameter arguments: what `$1`, `$2` and so on stand for.
    /// - Throws: `SQLError`.
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]]

    /// Writes rows into a table.
    ///
    /// - Throws: `SQLError`, with the row that was refused if the database names it.
    func insert(_ rows: RowBatch, into table: String, onConflict: ConflictRule) throws
}
