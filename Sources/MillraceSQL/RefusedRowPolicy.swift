/// How a table sink handles a row that the table rejects: because of a constraint, a value of the wrong type, or an
/// error raised by a trigger.
///
/// ```swift
/// orders.sink(
///     database.table("orders", columns: ["id", "total"], refused: .skip) { [.init($0.id), .init($0.total)] })
/// ```
public enum RefusedRowPolicy: Sendable, Hashable {
    /// The run ends with an error that names the table, the columns and the row. In mode ``TableMode/insert`` the rows
    /// of the checkpoint stay in the state folder, and are inserted by a later run once the table accepts them.
    case fail
    /// The row is skipped, logged as a warning, and counted as skipped in the run's status. The other rows of its
    /// transaction are written.
    case skip
}

extension SQLError {
    /// Whether the error may concern a single row. An error within a trigger function itself does not, because then all
    /// rows would be skipped.
    var mayConcernOneRow: Bool { kind == .constraint || kind == .type || isRaised }

    /// Whether a PostgreSQL function raised it deliberately: with P0001, or a custom code. The classes of the SQL
    /// standard begin with 0 to 4 and A to H; of those from I on, PostgreSQL uses P0 and XX.
    private var isRaised: Bool {
        guard kind == .refused, let code, code.hasPrefix("SQLSTATE ") else { return false }
        let state = code.dropFirst("SQLSTATE ".count)
        if state == "P0001" { return true }
        guard let first = state.first, ("I"..."Z").contains(first) else { return false }
        return !state.hasPrefix("P0") && !state.hasPrefix("XX")
    }
}
