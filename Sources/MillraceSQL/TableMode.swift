/// How a pipeline's rows get into a table.
public enum TableMode: Sendable, Hashable {
    /// Each record's row is inserted exactly once. Rows wait in the state folder, with the checkpoint, and are inserted
    /// when it is stored, in one transaction with a note of it; so they appear up to one checkpoint interval late.
    case insert
    /// A row replaces the one with the same values in `keys`, which a unique index or primary key has to cover. Rows are
    /// written just before the checkpoint is stored; after a crash they may be written again, which changes nothing if
    /// the pipeline is deterministic. Needs no state folder.
    case upsert(keys: [String])

    var conflictRule: ConflictRule {
        switch self {
        case .insert: .fail
        case .upsert(let keys): .update(keys: keys)
        }
    }
}
