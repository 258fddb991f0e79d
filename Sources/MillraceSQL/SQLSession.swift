/// A connection to a database while it is lent out: its calls wait for the database. Used by one thread at a time.
public protocol SQLSession {
    /// Runs a statement that gives no rows.
    ///
    /// - Parameters:
    ///   - sql: a single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: what `$1`, `$2` and so on stand for.
    /// - Returns: how many rows it changed.
    /// - Throws: `SQLError`.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Runs a statement and gives its rows.
    ///
    /// - Parameters:
    ///   - sql: a single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: what `$1`, `$2` and so on stand for.
    /// - Throws: `SQLError`.
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]]

    /// Writes rows into a table.
    ///
    /// - Throws: `SQLError`, with the row that was refused and its number, if one is to blame.
    func insert(_ rows: RowBatch, into table: String, onConflict: ConflictRule) throws

    /// Finds out whether rows can be inserted: that there is such a table or view with such columns, that it takes
    /// rows, by these keys, and from this user. Writes nothing.
    ///
    /// - Throws: `SQLError`.
    func checkInsertion(into table: String, columns: [String], onConflict: ConflictRule) throws
}

extension SQLSession {
    public func checkInsertion(into table: String, columns: [String], onConflict: ConflictRule) throws {
        let (list, target) = (SQLName.list(columns), SQLName.quotedTable(table))
        _ = try query("SELECT \(list) FROM \(target) WHERE 1 = 0", [])
        _ = try query(
            "EXPLAIN INSERT INTO \(target) (\(list)) SELECT \(list) FROM \(target) WHERE 1 = 0"
                + onConflict.clause(columns: columns), [])
    }
}
