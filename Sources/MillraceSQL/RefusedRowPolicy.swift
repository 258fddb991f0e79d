/// What becomes of a row that its table refuses: a broken constraint, a value that does not fit, a trigger that objects.
public enum RefusedRowPolicy: Sendable, Hashable {
    /// The run ends with an error that names table, columns and row. Rows that were to be inserted stay in the state folder,
    /// and are inserted as soon as the table takes them.
    case fail
    /// It is left out, with a warning that names it, and counted as skipped; the others of its transaction are written.
    case skip
}

extension SQLError {
    /// Whether it may be one row's fault.
    var mayConcernOneRow: Bool {
        // P0001: what a trigger raises.
        kind == .constraint || kind == .type || code == "SQLSTATE P0001"
    }
}
