extension SQLDatabase {
    /// Creates a sink that writes one row of a table for each record.
    ///
    /// ```swift
    /// orders.sink(database.table("orders", columns: ["id", "total"]) { [.init($0.id), .init($0.total)] })
    /// totals.sink(
    ///     database.table("totals", columns: ["customer", "total"], mode: .upsert(keys: ["customer"])) {
    ///         [.init($0.key), .init($0.value)]
    ///     })
    /// ```
    ///
    /// While the database is unavailable, the sink retries with exponential backoff. After `retryTimeout` the run fails
    /// and its restart strategy applies; no row is lost. Errors that a retry cannot resolve (a missing column, a
    /// violated constraint) end the run immediately, with the table, the columns and the row in the message.
    ///
    /// Restart: each row is in the table exactly once with ``TableMode/insert``; with ``TableMode/upsert(keys:)`` rows
    /// may be written again with the same key.
    ///
    /// - Parameters:
    ///   - name: The table or insertable view, which has to exist; a schema may precede it: `shop.orders`.
    ///   - columns: The columns of the values that `row` returns. Other columns get their default values.
    ///   - mode: Whether rows are inserted exactly once or replaced by key. Default: ``TableMode/insert``.
    ///   - clearOnFresh: Whether a fresh start (`checkpoints.fresh`) deletes all rows of the table. If not, the rows of
    ///     the new run are added to them. Default: `false`.
    ///   - retryTimeout: How long to retry while the database is unavailable. Default: 60 s.
    ///   - refused: How rows that the table rejects are handled. Default: ``RefusedRowPolicy/fail``.
    ///   - row: Returns the row of a record, with one value for each of `columns`.
    /// - Returns: The sink.
    public func table<Input: Sendable>(
        _ name: String, columns: [String], mode: TableMode = .insert, clearOnFresh: Bool = false,
        retryTimeout: Duration = .seconds(60), refused: RefusedRowPolicy = .fail,
        row: @escaping @Sendable (Input) throws -> [SQLValue]
    ) -> TableSink<Input> {
        TableSink(
            database: self, table: name, columns: columns, mode: mode, clearOnFresh: clearOnFresh,
            retryTimeout: retryTimeout,
            refused: refused, row: row)
    }
}
