extension SQLDatabase {
    /// Writes rows into a table, in one transaction: all of them or none.
    ///
    /// If the connection is lost on the way, the rows may or may not have been written: the error is transient, and
    /// repeating is harmless with `.ignore` and `.update`.
    ///
    /// ```swift
    /// try await database.insert(into: "hits", columns: ["page", "count"], rows: [["/", 3], ["/about", 1]])
    /// ```
    ///
    /// - Throws: `SQLError`.
    public func insert(
        into table: String, columns: [String], rows: [[SQLValue]], onConflict: ConflictRule = .fail
    ) async throws {
        if rows.isEmpty { return }
        let batch = try RowBatch(columns: columns, rows: rows)
        try await threads.perform {
            try withSession(inTransaction: true) { try $0.insert(batch, into: table, onConflict: onConflict) }
        }
    }

    /// Runs a statement that gives no rows, outside of any transaction.
    ///
    /// ```swift
    /// try await database.execute("UPDATE jobs SET state = $1 WHERE id = $2", ["done", 7])
    /// ```
    ///
    /// - Parameters:
    ///   - sql: a single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: what `$1`, `$2` and so on stand for.
    /// - Returns: how many rows it changed.
    /// - Throws: `SQLError`.
    @discardableResult
    public func execute(_ sql: String, _ arguments: [SQLValue] = []) async throws -> Int {
        try await threads.perform { try withSession(inTransaction: false) { try $0.execute(sql, arguments) } }
    }

    /// Runs a statement and gives its rows.
    ///
    /// - Parameters:
    ///   - sql: a single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: what `$1`, `$2` and so on stand for.
    /// - Throws: `SQLError`.
    public func query(_ sql: String, _ arguments: [SQLValue] = []) async throws -> [[SQLValue]] {
        try await threads.perform { try withSession(inTransaction: false) { try $0.query(sql, arguments) } }
    }

    /// Does several things in one transaction, which is undone if `body` throws.
    ///
    /// ```swift
    /// let job = try await database.transaction { session in
    ///     try session.execute("UPDATE jobs SET taken = 1 WHERE id = $1", [7])
    ///     return try session.query("SELECT payload FROM jobs WHERE id = $1", [7])
    /// }
    /// ```
    ///
    /// - Throws: `SQLError`, or what `body` throws.
    public func transaction<R: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> R
    ) async throws -> R {
        try await threads.perform { try withSession(inTransaction: true, body) }
    }
}
