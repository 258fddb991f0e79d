/// A database connection, as passed to the closures of ``SQLDatabase``. Its methods block the calling thread. Used by
/// one thread at a time.
///
/// ```swift
/// let remaining = try await database.transaction { session in
///     let deleted = try session.execute("DELETE FROM orders WHERE total = $1", [0])
///     try session.execute("INSERT INTO cleanups (deleted) VALUES ($1)", [.init(deleted)])
///     return try session.query("SELECT COUNT(*) FROM orders", [])[0][0].int
/// }
/// ```
public protocol SQLSession {
    /// Executes a statement that returns no rows.
    ///
    /// - Parameters:
    ///   - sql: A single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: The values of the parameters, in their order.
    /// - Returns: The number of rows that were changed.
    /// - Throws: `SQLError`.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Executes a statement and returns its rows.
    ///
    /// - Parameters:
    ///   - sql: A single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: The values of the parameters, in their order.
    /// - Returns: The rows, each with one value per selected column.
    /// - Throws: `SQLError`.
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]]

    /// Inserts rows into a table.
    ///
    /// - Parameters:
    ///   - rows: The rows to insert.
    ///   - table: The table; a schema may precede it: `shop.orders`.
    ///   - onConflict: How rows whose key exists already are handled.
    /// - Throws: `SQLError`, with the rejected row and its number if a single row caused it.
    func insert(_ rows: RowBatch, into table: String, onConflict: ConflictRule) throws

    /// Checks whether rows can be inserted: that the table or view and its columns exist, that it accepts rows with
    /// this conflict rule, and that the user has the privilege. Writes nothing.
    ///
    /// - Parameters:
    ///   - table: The table or view; a schema may precede it: `shop.orders`.
    ///   - columns: The names of the columns.
    ///   - onConflict: How rows whose key exists already are handled.
    /// - Throws: `SQLError` if rows cannot be inserted.
    func checkInsertion(into table: String, columns: [String], onConflict: ConflictRule) throws
}

extension SQLSession {
    /// Checks the table and its columns with a query, and the insertion with `EXPLAIN`.
    public func checkInsertion(into table: String, columns: [String], onConflict: ConflictRule) throws {
        let (list, target) = (SQLName.list(columns), SQLName.quotedTable(table))
        _ = try query("SELECT \(list) FROM \(target) WHERE 1 = 0", [])
        _ = try query(
            "EXPLAIN INSERT INTO \(target) (\(list)) SELECT \(list) FROM \(target) WHERE 1 = 0"
                + onConflict.clause(columns: columns), [])
    }
}
