public import Millrace

extension TableSink {
    public func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
        try checkColumns()
        let owner = memory.begin(run)
        do {
            try checkTable()
            let book = CheckpointBook(pipeline: run.pipeline, sink: run.operatorID)
            try persistently(inTransaction: false, book.create)
            let forgets = start == .fresh && clearOnFresh && !run.isRestart
            try persistently { session in
                if run.isRestart { try book.confirm(owner, in: session) }
                if mode == .insert {
                    if start == .fresh {
                        try book.forget(in: session)
                    } else {
                        try book.check(
                            start, folder: run.folder, published: run.published,
                            table: "\(table) in \(database.summary)", in: session)
                    }
                } else if case .resumed(let stored) = start {
                    let isWritten = pending.contains { SinkMemory.number(in: $0.description) != nil }
                    try book.checkUpserts(
                        isWritten ? stored : nil, published: run.published, table: "\(table) in \(database.summary)",
                        in: session)
                }
                // The checks have passed: from here on only this run may write.
                if !run.isRestart {
                    var isResumed = false
                    if case .resumed = start { isResumed = true }
                    try book.claim(for: owner, forgets: !isResumed, in: session)
                }
                if forgets { try session.execute("DELETE FROM \(SQLName.quotedTable(table))", []) }
            }
            for output in pending { try publish(output) }
        } catch let error as SQLError where error.isTransient {
            throw PipelineError.failed(operatorID: run.operatorID, partition: "", position: "start", cause: error)
        }
    }

    /// Checks at the start that the table and its columns exist, and that it accepts rows.
    private func checkTable() throws {
        try persistently(inTransaction: false) { session in
            do {
                try session.checkInsertion(into: table, columns: columns, onConflict: mode.conflictRule)
            } catch var error as SQLError {
                error.place.table = table
                error.place.columns = columns
                // The hint of a database about views applies to insertions only, not to upserts.
                if error.kind == .refused, error.hint == nil || mode != .insert { error.hint = targetHint }
                throw error
            }
        }
    }

    private var targetHint: String {
        switch mode {
        case .insert:
            "Name a table and columns that take values, or a view that takes rows: an updatable one, or one with an INSTEAD OF INSERT trigger"
        case .upsert(let keys):
            "Name a table and columns that take values, with a unique index on \(keys.joined(separator: ", ")), or an updatable view of one; a view with a trigger takes rows in mode .insert only"
        }
    }
}
