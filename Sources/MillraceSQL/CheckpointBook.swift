import Millrace

/// The table in which a sink's transactions note their checkpoints, so that none is written twice.
///
///     millrace_checkpoints: pipeline | sink | task -> folder, checkpoint
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

    /// Whether the note's rows are there already.
    ///
    /// - Throws: `SinkError` if another state folder's run has written since this one started.
    func isNoted(_ note: CheckpointNote, in session: any SQLSession) throws -> Bool {
        let found = try notes(
            in: session, where: "AND task = $3", [.integer(Int64(note.task))])
        guard let found = found.first else { return false }
        guard found.folder == note.folder else { throw Self.foreign(self, "the sink's table", found) }
        return found.checkpoint >= note.checkpoint
    }

    /// Notes that the rows of the same transaction are there.
    func add(_ note: CheckpointNote, in session: any SQLSession) throws {
        try session.execute(
            """
            INSERT INTO \(Self.table) (pipeline, sink, task, folder, checkpoint) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (pipeline, sink, task) DO UPDATE SET folder = excluded.folder, checkpoint = excluded.checkpoint
            """,
            [
                .text(pipeline), .text(sink), .integer(Int64(note.task)), .text(note.folder),
                .integer(Int64(note.checkpoint.value)),
            ])
    }

    /// Forgets all notes of this sink.
    func forget(in session: any SQLSession) throws {
        try session.execute(
            "DELETE FROM \(Self.table) WHERE pipeline = $1 AND sink = $2", [.text(pipeline), .text(sink)])
    }

    /// Refuses a start that the notes contradict.
    func check(_ start: StartMode, folder: String, table: String, in session: any SQLSession) throws {
        for note in try notes(in: session).sorted(by: { $0.checkpoint > $1.checkpoint }) {
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
            "SELECT task, folder, checkpoint FROM \(Self.table) WHERE pipeline = $1 AND sink = $2 \(condition)",
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
