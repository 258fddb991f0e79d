/// How a table sink writes its rows.
///
/// ```swift
/// totals.sink(
///     database.table("totals", columns: ["customer", "total"], mode: .upsert(keys: ["customer"])) {
///         [.init($0.key), .init($0.value)]
///     })
/// ```
public enum TableMode: Sendable, Hashable {
    /// Each row is inserted exactly once. Needs a state folder.
    ///
    /// Rows are stored in the state folder with their checkpoint. Once the checkpoint is stored, they are inserted in
    /// the same transaction as a record of the checkpoint. They therefore appear in the table up to one checkpoint
    /// interval late.
    case insert
    /// A row replaces the existing row with the same values in `keys`, for which there has to be a unique index or a
    /// primary key. Needs no state folder.
    ///
    /// Rows are written just before their checkpoint is stored. After a crash they may be written again, which has no
    /// effect if the pipeline is deterministic.
    case upsert(keys: [String])

    var conflictRule: ConflictRule {
        switch self {
        case .insert: .fail
        case .upsert(let keys): .update(keys: keys)
        }
    }
}
