import Logging
public import Millrace

/// Writes a row of a database's table for each record; made by `SQLDatabase.table`.
///
/// `.insert`: `prepare` describes an epoch by all its rows, so that they are stored with the checkpoint; `publish` inserts
/// them behind a note of the checkpoint (`CheckpointBook`), in one transaction, unless the note is there already.
/// `.upsert`: `makeDurable` writes the rows, by their keys; nothing is stored with the checkpoint. In both modes a run that was
/// replaced by a later one (it was stopped and woke up, or is a copy of the folder) writes nothing more.
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

    /// Throws what is wrong with the columns.
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
        if SinkMemory.number(in: output.description) != nil { return }  // made durable, so it is there
        let epoch = try TableEpoch(decoding: output.description)
        if case .upsert = mode {
            // It was prepared when the sink still inserted.
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

    /// Inserts rows, and leaves out those that are refused: of rows that are refused together each half is tried, down to
    /// single ones.
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

    /// Tried again while the database is away.
    func persistently(inTransaction: Bool = true, _ body: (any SQLSession) throws -> Void) throws {
        do {
            try patience.run(summary, logger: memory.logger) {
                try database.withSession(inTransaction: inTransaction, body)
            }
        } catch var error as SQLError where !error.isTransient {
            // Found at the COMMIT, the database may not know where it was.
            if error.place.table == nil, error.mayConcernOneRow || error.kind == .refused {
                error.place.table = table
                if error.place.columns.isEmpty { error.place.columns = columns }
            }
            throw PermanentSQLFailure(error: error)
        }
    }
}
