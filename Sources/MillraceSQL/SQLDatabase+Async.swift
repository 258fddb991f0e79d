extension SQLDatabase {
    /// Inserts rows into a table in one transaction: either all of them are written or none.
    ///
    /// If the connection is lost during the call, the rows may or may not have been written. The error is then
    /// transient, and the call can safely be repeated with the rules `.ignore` and `.update`.
    ///
    /// ```swift
    /// try await database.insert(into: "hits", columns: ["page", "count"], rows: [["/", 3], ["/about", 1]])
    /// ```
    ///
    /// - Parameters:
    ///   - table: The table; a schema may precede it: `shop.orders`.
    ///   - columns: The names of the columns.
    ///   - rows: The rows, each with one value per column.
    ///   - onConflict: How rows whose key exists already are handled. Default: ``ConflictRule/fail``.
    /// - Throws: `SQLError`, or `CancellationError` if the task was cancelled before the call.
    public func insert(
        into table: String, columns: [String], rows: [[SQLValue]], onConflict: ConflictRule = .fail
    ) async throws {
        if rows.isEmpty { return }
        let batch = try RowBatch(columns: columns, rows: rows)
        try await threads.perform {
            try withSession(inTransaction: true) { try $0.insert(batch, into: table, onConflict: onConflict) }
        }
    }

    /// Executes a statement that returns no rows, outside a transaction.
    ///
    /// ```swift
    /// try await database.execute("UPDATE jobs SET state = $1 WHERE id = $2", ["done", 7])
    /// ```
    ///
    /// - Parameters:
    ///   - sql: A single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: The values of the parameters, in their order. Default: none.
    /// - Returns: The number of rows that were changed.
    /// - Throws: `SQLError`, or `CancellationError` if the task was cancelled before the call.
    @discardableResult
    public func execute(_ sql: String, _ arguments: [SQLValue] = []) async throws -> Int {
        try await threads.perform { try withSession(inTransaction: false) { try $0.execute(sql, arguments) } }
    }

    /// Executes a statement and returns its rows, outside a transaction.
    ///
    /// - Parameters:
    ///   - sql: A single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: The values of the parameters, in their order. Default: none.
    /// - Returns: The rows, each with one value per selected column.
    /// - Throws: `SQLError`, or `CancellationError` if the task was cancelled before the call.
    public func query(_ sql: String, _ arguments: [SQLValue] = []) async throws -> [[SQLValue]] {
        try await threads.perform { try withSession(inTransaction: false) { try $0.query(sql, arguments) } }
    }

    /// Executes several statements in one transaction, which is rolled back if `body` throws.
    ///
    /// ```swift
    /// let job = try await database.transaction { session in
    ///     try session.execute("UPDATE jobs SET taken = 1 WHERE id = $1", [7])
    ///     return try session.query("SELECT payload FROM jobs WHERE id = $1", [7])
    /// }
    /// ```
    ///
    /// - Parameter body: Executes the statements. It runs on a thread that may block; it must not store the session.
    /// - Returns: The result of `body`.
    /// - Throws: `SQLError`, the error of `body`, or `CancellationError` if the task was cancelled before the call.
    public func transaction<R: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> R
    ) async throws -> R {
        try await threads.perform { try withSession(inTransaction: true, body) }
    }
}
