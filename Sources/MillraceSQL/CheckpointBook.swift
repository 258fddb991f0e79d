import Millrace

/// The table in which a sink's transactions note their checkpoints, so that none is written twice, and who may write.
///
///     millrace_checkpoints: pipeline | sink | task -> folder, checkpoint
///
/// Task -1 stands for the sink's owner: the run that began last, by an identity of its own in the place of the folder. Each
/// transaction touches that row first, and so locks it: two of them never write at the same time, also when the client of
/// the first has given up and the server is still at its COMMIT.
///
/// Checkpoint numbers rise over restarts, also when the number of tasks changes; so a note of n says that whatever the task
/// of that number prepared up to n is in the table.
struct CheckpointBook {
    let pipeline: String
    let sink: String

    static let table = "millrace_checkpoints"

    /// Makes the table if there is none. Not in a transaction: somebody else may be making it at the same time.
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
                try session.execute(definition, [])  // PostgreSQL: two at the same time
            }
        }
    }

    // MARK: Who may write

    private static let ownerTask = SQLValue.integer(-1)

    /// From now on only `owner` writes: transactions of others fail in `confirm`.
    ///
    /// - Parameter forgets: the checkpoint that is noted there is of an earlier state folder.
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
    /// - Parameter checkpoint: noted beside the owner, if it is later than what is noted there.
    /// - Throws: `TableTakenOver` if another run has claimed it since.
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

    /// Notes that the rows of the same transaction are there; to be called before they are written, which the note's lock
    /// then protects.
    ///
    /// - Returns: whether they are to be written; false if they were noted before.
    /// - Throws: `SinkError` if another state folder's run has written since this one started.
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

    /// Forgets all notes of this sink; whose it is, stays.
    func forget(in session: any SQLSession) throws {
        try session.execute(
            "DELETE FROM \(Self.table) WHERE pipeline = $1 AND sink = $2 AND task >= 0", [.text(pipeline), .text(sink)]
        )
    }

    /// Refuses a start that the notes contradict.
    ///
    /// - Parameter published: what has to be there, by task, as the state folder has it; `nil`: it does not say.
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
        // What it wrote by keys is noted with the owner.
        let upserted = try upserted(in: session) ?? .none
        for (task, expected) in published.sorted(by: { $0.value > $1.value }) {
            let found = max(notes.first { $0.task == task }?.checkpoint ?? .none, upserted)
            if found < expected { throw lost(after: found, upTo: expected, table) }
        }
    }

    /// The same for upserts, of which only the last checkpoint is noted, with the owner.
    ///
    /// - Parameter prepared: the checkpoint that the run resumes from, if its rows have been written.
    func checkUpserts(
        _ prepared: CheckpointNumber?, published: [Int: CheckpointNumber]?, table: String, in session: any SQLSession
    ) throws {
        guard let expected = ([prepared].compactMap(\.self) + (published ?? [:]).values).max(), published != nil else {
            return
        }
        let found = try upserted(in: session)
        // The sink inserted before, and has its notes.
        if found == CheckpointNumber.none, prepared == nil, try !notes(in: session).isEmpty { return }
        if found ?? .none < expected { throw lost(after: found ?? .none, upTo: expected, table) }
    }

    /// The last checkpoint whose rows were written by their keys; `nil` if the sink has never written.
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
            "Sink '\(sink)' of pipeline '\(pipeline)' has written rows up to checkpoint \(expected), and \(table) has them up to \(found) only: what up to \(expected.value - found.value) checkpoints wrote is missing. The database has lost commits (an older backup, a file that was replaced)",
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

/// Another run of the same pipeline began after this one, and writes to the table now.
struct TableTakenOver: PermanentFailure, CustomStringConvertible {
    let pipeline: String
    let sink: String
    var description: String {
        "another run of pipeline '\(pipeline)' has taken over its sink '\(sink)': this one writes nothing more. Stop one of them, or give the pipeline or the sink another name."
    }
}
