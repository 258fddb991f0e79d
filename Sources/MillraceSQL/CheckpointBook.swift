import Millrace

/// The table in which a sink's transactions record their checkpoints, so that no checkpoint is written twice, and the
/// run that may write.
///
///     millrace_checkpoints: pipeline | sink | task -> folder, checkpoint
///
/// The row of task -1 is the sink's owner: the run that started last, identified by a random identifier in the column
/// `folder`. Each transaction updates that row first and thereby locks it, so that two transactions never write at the
/// same time, even if the client of the first has disconnected and the server is still executing its COMMIT.
///
/// Checkpoint numbers increase over restarts, also when the number of tasks changes. A row with checkpoint n means that
/// everything that the task of that number prepared up to checkpoint n is in the table.
struct CheckpointBook {
    let pipeline: String
    let sink: String

    static let table = "millrace_checkpoints"

    /// Creates the table if it does not exist. Not in a transaction, because another process may create it
    /// concurrently.
    func create(in session: any SQLSession) throws {
        do { _ = try session.query("SELECT 1 FROM \(Self.table) WHERE 1 = 0", []) } catch let error as SQLError
            where error.kind == .missing
        {
            let definition = """
                CREATE TABLE IF NOT EXISTS \(Self.table) (
                    pipeline TEXT NOT NULL, sink TEXT NOT NULL, task BIGINT NOT NULL,
                    folder TEXT NOT NULL, checkpoint BIGINT NOT NULL,
                    PRIMARY KEY (pipeline, sink, task))
                """
            do { try session.execute(definition, []) } catch let error as SQLError where error.kind == .constraint {
                try session.execute(definition, [])  // PostgreSQL: created concurrently
            }
        }
    }

    // MARK: Who may write

    private static let ownerTask = SQLValue.integer(-1)

    /// Makes `owner` the only run that may write: transactions of other runs fail in `confirm`.
    ///
    /// - Parameter forgets: Whether to reset the owner's checkpoint, because it belongs to an earlier state folder.
    func claim(for owner: String, forgets: Bool, in session: any SQLSession) throws {
        try session.execute(
            """
            INSERT INTO \(Self.table) (pipeline, sink, task, folder, checkpoint) VALUES ($1, $2, $3, $4, 0)
            ON CONFLICT (pipeline, sink, task) DO UPDATE
            SET folder = excluded.folder\(forgets ? ", checkpoint = 0" : "")
            """,
            [.text(pipeline), .text(sink), Self.ownerTask, .text(owner)])
    }

    /// Locks the sink for the rest of the transaction.
    ///
    /// - Parameter checkpoint: Stored with the owner if it is later than the stored one.
    /// - Throws: `TableTakenOver` if another run has claimed the sink since.
    func confirm(_ owner: String, _ checkpoint: CheckpointNumber = .none, in session: any SQLSession) throws {
        let changed = try session.execute(
            """
            UPDATE \(Self.table) SET checkpoint = CASE WHEN checkpoint < $5 THEN $5 ELSE checkpoint END
            WHERE pipeline = $1 AND sink = $2 AND task = $3 AND folder = $4
            """,
            [
                .text(pipeline), .text(sink), Self.ownerTask, .text(owner), .integer(Int64(checkpoint.value)),
            ])
        guard changed > 0 else { throw TableTakenOver(pipeline: pipeline, sink: sink) }
    }

    // MARK: Notes

    /// Records that the rows of this transaction are written. Called before they are written, so that the lock of the
    /// record protects the writing.
    ///
    /// - Returns: Whether the rows have to be written; `false` if they were recorded before.
    /// - Throws: `SinkError` if a run with another state folder has written since this one started.
    func advance(to note: CheckpointNote, in session: any SQLSession) throws -> Bool {
        let changed = try session.execute(
            """
            INSERT INTO \(Self.table) (pipeline, sink, task, folder, checkpoint) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (pipeline, sink, task) DO UPDATE SET checkpoint = excluded.checkpoint
            WHERE \(Self.table).folder = excluded.folder AND \(Self.table).checkpoint < excluded.checkpoint
            """,
            [
                .text(pipeline), .text(sink), .integer(Int64(note.task)), .text(note.folder),
                .integer(Int64(note.checkpoint.value)),
            ])
        if changed > 0 { return true }
        let found = try notes(in: session, where: "AND task = $3", [.integer(Int64(note.task))])
        if let found = found.first, found.folder != note.folder { throw Self.foreign(self, "the sink's table", found) }
        return false
    }

    /// Deletes the records of this sink, except for its owner.
    func forget(in session: any SQLSession) throws {
        try session.execute(
            "DELETE FROM \(Self.table) WHERE pipeline = $1 AND sink = $2 AND task >= 0", [.text(pipeline), .text(sink)]
        )
    }

    /// Throws a `SinkError` if the records contradict the start.
    ///
    /// - Parameter published: The checkpoints that have to be recorded, by task, according to the state folder; `nil`
    ///   if unknown.
    func check(
        _ start: StartMode, folder: String, published: [Int: CheckpointNumber]?, table: String,
        in session: any SQLSession
    ) throws {
        let notes = try notes(in: session)
        for note in notes.sorted(by: { $0.checkpoint > $1.checkpoint }) {
            switch start {
            case .fresh: break
            case .new: throw Self.foreign(self, table, note)
            case .resumed(let stored):
                if note.folder != folder { throw Self.foreign(self, table, note) }
                if note.checkpoint > stored {
                    throw SinkError(
                        "Table \(table) has the rows of sink '\(sink)' up to checkpoint \(note.checkpoint), the state folder ends at \(stored): the folder is an old copy",
                        advice: "Bring back the newer folder; going on from this one would leave out rows")
                }
            }
        }
        guard case .resumed = start, let published else { return }
        // The checkpoint of upserts is stored with the owner.
        let upserted = try upserted(in: session) ?? .none
        for (task, expected) in published.sorted(by: { $0.value > $1.value }) {
            let found = max(notes.first { $0.task == task }?.checkpoint ?? .none, upserted)
            if found < expected { throw lost(after: found, upTo: expected, table) }
        }
    }

    /// As `check`, for upserts, of which only the last checkpoint is stored, with the owner.
    ///
    /// - Parameter prepared: The checkpoint that the run resumes from, if its rows have been written.
    func checkUpserts(
        _ prepared: CheckpointNumber?, published: [Int: CheckpointNumber]?, table: String, in session: any SQLSession
    ) throws {
        guard let expected = ([prepared].compactMap(\.self) + (published ?? [:]).values).max(), published != nil else {
            return
        }
        let found = try upserted(in: session)
        // The sink was in insert mode before, and has records of that.
        if found == CheckpointNumber.none, prepared == nil, try !notes(in: session).isEmpty { return }
        if found ?? .none < expected { throw lost(after: found ?? .none, upTo: expected, table) }
    }

    /// Returns the last checkpoint whose rows were upserted; `nil` if the sink has never written.
    private func upserted(in session: any SQLSession) throws -> CheckpointNumber? {
        let rows = try session.query(
            "SELECT checkpoint FROM \(Self.table) WHERE pipeline = $1 AND sink = $2 AND task = $3",
            [.text(pipeline), .text(sink), Self.ownerTask])
        return rows.first.map { CheckpointNumber($0.first?.int.flatMap { UInt64(exactly: $0) } ?? 0) }
    }

    private func lost(
        after found: CheckpointNumber, upTo expected: CheckpointNumber, _ table: String
    ) -> SinkError {
        SinkError(
            "Sink '\(sink)' of pipeline '\(pipeline)' has written rows up to checkpoint \(expected), and \(table) has them up to \(found) only: the output of up to \(expected.value - found.value) checkpoints is missing. The database has lost commits (an older backup, a file that was replaced)",
            advice:
                "Bring back the newer database, or a copy of the state folder from checkpoint \(found) or before; start over with --fresh; or go on without those rows with --drop-state \(sink) (checkpoints.allowNonRestoredState)"
        )
    }

    private static func foreign(_ book: CheckpointBook, _ table: String, _ note: CheckpointNote) -> SinkError {
        SinkError(
            "Sink '\(book.sink)' of pipeline '\(book.pipeline)' has written rows up to checkpoint \(note.checkpoint) to \(table), with another state folder",
            advice:
                "Go on with that folder, start over with --fresh (checkpoints.fresh), or give the pipeline or the sink another name; to write beside the rows that are there, DELETE FROM \(CheckpointBook.table) WHERE pipeline = '\(book.pipeline)' AND sink = '\(book.sink)'"
        )
    }

    private func notes(
        in session: any SQLSession, where condition: String = "", _ arguments: [SQLValue] = []
    ) throws -> [CheckpointNote] {
        let rows = try session.query(
            "SELECT task, folder, checkpoint FROM \(Self.table) WHERE pipeline = $1 AND sink = $2 AND task >= 0 \(condition)",
            [.text(pipeline), .text(sink)] + arguments)
        return try rows.map { row in
            guard row.count == 3, let task = row[0].int, let folder = row[1].string,
                let checkpoint = row[2].int.flatMap(UInt64.init(exactly:))
            else {
                throw SinkError(
                    "Table \(Self.table) has a row that is not a note of a checkpoint: \(row)",
                    advice: "Remove it, if somebody else has put it there")
            }
            return CheckpointNote(task: task, folder: folder, checkpoint: CheckpointNumber(checkpoint))
        }
    }
}

/// The error of a run when a later run of the same pipeline writes to the table.
struct TableTakenOver: PermanentFailure, CustomStringConvertible {
    let pipeline: String
    let sink: String
    var description: String {
        "another run of pipeline '\(pipeline)' has taken over its sink '\(sink)': this one writes nothing more. Stop one of them, or give the pipeline or the sink another name."
    }
}
