import Logging
public import Millrace

/// A sink that writes one row of a database table for each record. Created by
/// ``SQLDatabase/table(_:columns:mode:clearOnFresh:retryTimeout:refused:row:)``.
///
/// With ``TableMode/insert``, the rows are stored in the state folder with their checkpoint. When the checkpoint is
/// published, they are inserted in one transaction with a record of it in the table `millrace_checkpoints`, unless that
/// record exists already. With ``TableMode/upsert(keys:)``, the rows are written before the checkpoint is stored, and
/// are not in the state folder.
///
/// In both modes, a run that was replaced by a later run of the same pipeline (because it was suspended, or uses a copy
/// of the state folder) cannot write any more.
///
/// ```swift
/// let sink: TableSink<Order> = database.table("orders", columns: ["id", "customer", "total"]) { order in
///     [.init(order.id), .init(order.customer), .init(order.total)]
/// }
/// orders.sink(sink)
/// ```
public struct TableSink<Input: Sendable>: Sink {
    let database: any SQLDatabase
    let table: String
    let columns: [String]
    let mode: TableMode
    let clearOnFresh: Bool
    let patience: Patience
    let refused: RefusedRowPolicy
    let row: @Sendable (Input) throws -> [SQLValue]
    let memory = SinkMemory()

    init(
        database: any SQLDatabase, table: String, columns: [String], mode: TableMode, clearOnFresh: Bool,
        retryTimeout: Duration, refused: RefusedRowPolicy, row: @escaping @Sendable (Input) throws -> [SQLValue]
    ) {
        self.database = database
        self.table = table
        self.columns = columns
        self.mode = mode
        self.clearOnFresh = clearOnFresh
        self.patience = Patience(limit: retryTimeout)
        self.refused = refused
        self.row = row
    }

    public var summary: String {
        switch mode {
        case .insert: "rows of \(table) in \(database.summary)"
        case .upsert(let keys): "rows of \(table) by \(keys.joined(separator: ", ")) in \(database.summary)"
        }
    }

    /// Throws a `SinkError` if the columns are invalid.
    func checkColumns() throws {
        func refuse(_ problem: String, _ advice: String) -> SinkError {
            SinkError("A sink for table \(table) \(problem)", advice: advice)
        }
        if columns.isEmpty { throw refuse("has no columns", "Give columns: one at least") }
        if Set(columns).count < columns.count {
            throw refuse("names a column twice: \(columns.joined(separator: ", "))", "Leave one out")
        }
        guard case .upsert(let keys) = mode else { return }
        if keys.isEmpty || !Set(keys).isSubset(of: columns) {
            throw refuse(
                "has the keys \(keys), which have to be some of its columns \(columns.joined(separator: ", "))",
                "Give .upsert(keys:) names of columns")
        }
    }

    public var needsStateFolder: Bool { mode == .insert }

    public func open(_ context: SinkContext) -> TableWriter<Input> {
        memory.countSkipped(with: context.countSkipped)
        return TableWriter(self, context)
    }

    public func makeDurable(_ output: PendingOutput) throws {
        guard case .upsert = mode, let number = SinkMemory.number(in: output.description),
            let rows = memory.rows(number)
        else { return }
        try persistently { session in
            try memory.confirmOwner(output.checkpoint, in: session)
            try insert(rows, in: session)
        }
        memory.forget(number)
    }

    public func publish(_ output: PendingOutput) throws {
        if SinkMemory.number(in: output.description) != nil { return }  // Written by `makeDurable`.
        let epoch = try TableEpoch(decoding: output.description)
        if case .upsert = mode {
            // It was prepared when the sink was in insert mode.
            return try persistently { session in
                try memory.confirmOwner(in: session)
                try insert(epoch.rows, in: session)
            }
        }
        let book = CheckpointBook(pipeline: epoch.pipeline, sink: epoch.sink)
        try persistently { session in
            try memory.confirmOwner(in: session)
            let note = CheckpointNote(task: output.task, folder: epoch.folder, checkpoint: output.checkpoint)
            guard try book.advance(to: note, in: session) else { return }
            try insert(epoch.rows, in: session)
        }
    }

    private func insert(_ rows: RowBatch, in session: any SQLSession) throws {
        guard refused == .skip else {
            return try session.insert(rows, into: table, onConflict: mode.conflictRule)
        }
        var all: [[SQLValue]] = []
        all.reserveCapacity(rows.count)
        try rows.forEach { _, row in all.append(row) }
        try insert(all[...], skippingIn: session)
    }

    /// Inserts rows and skips rejected ones. A rejected set of rows is split in halves, down to single rows.
    private func insert(_ rows: ArraySlice<[SQLValue]>, skippingIn session: any SQLSession) throws {
        try session.execute("SAVEPOINT millrace_rows", [])
        do {
            try session.insert(
                try RowBatch(columns: columns, rows: Array(rows)), into: table, onConflict: mode.conflictRule)
            try session.execute("RELEASE SAVEPOINT millrace_rows", [])
        } catch var error as SQLError where error.mayConcernOneRow {
            try session.execute("ROLLBACK TO SAVEPOINT millrace_rows", [])
            try session.execute("RELEASE SAVEPOINT millrace_rows", [])
            guard rows.count > 1 else {
                error.place.rowNumber = rows.startIndex + 1
                memory.logger.warning("a row is left out: \(error)")
                memory.countSkippedRow()
                return
            }
            let middle = rows.startIndex + rows.count / 2
            try insert(rows[..<middle], skippingIn: session)
            try insert(rows[middle...], skippingIn: session)
        }
    }

    /// Calls `body`, retrying while the database is unavailable.
    func persistently(inTransaction: Bool = true, _ body: (any SQLSession) throws -> Void) throws {
        do {
            try patience.run(summary, logger: memory.logger) {
                try database.withSession(inTransaction: inTransaction, body)
            }
        } catch var error as SQLError where !error.isTransient {
            // For an error at COMMIT the database may not report the table.
            if error.place.table == nil, error.mayConcernOneRow || error.kind == .refused {
                error.place.table = table
                if error.place.columns.isEmpty { error.place.columns = columns }
            }
            throw PermanentSQLFailure(error: error)
        }
    }
}
