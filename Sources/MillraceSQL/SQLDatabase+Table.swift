extension SQLDatabase {
    /// A sink that writes a row of a table for each record.
    ///
    /// ```swift
    /// orders.sink(database.table("orders", columns: ["id", "total"]) { [.init($0.id), .init($0.total)] })
    /// totals.sink(
    ///     database.table("totals", columns: ["customer", "total"], mode: .upsert(keys: ["customer"])) {
    ///         [.init($0.key), .init($0.value)]
    ///     })
    /// ```
    ///
    /// After a crash each row is there exactly once (`TableMode` says how). While the database is away, the sink tries
    /// again with growing pauses; when `retryTimeout` is over the run fails, its restart strategy applies, and no row is lost.
    /// What trying again cannot mend (no such column, a broken constraint) ends the run at once, with table, columns and
    /// row in the message.
    ///
    /// - Parameters:
    ///   - name: the table, which has to exist, or a view that takes rows; a schema may stand before it: `shop.orders`.
    ///   - columns: of the values that `row` gives. The others get their defaults.
    ///   - mode: insert exactly once, or replace by key.
    ///   - clearOnFresh: whether starting over (`checkpoints.fresh`) removes all rows of the table. If not they stay, and
    ///     a run that starts over inserts its rows beside them.
    ///   - retryTimeout: how long to try again while the database is away.
    ///   - refused: what becomes of a row that the table refuses.
    ///   - row: a value for each of `columns`.
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
