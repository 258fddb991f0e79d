/// What becomes of a row that its table refuses: a broken constraint, a value that does not fit, a trigger that objects.
public enum RefusedRowPolicy: Sendable, Hashable {
    /// The run ends with an error that names table, columns and row. Rows that were to be inserted stay in the state folder,
    /// and are inserted as soon as the table takes them.
    case fail
    /// It is left out, with a warning that names it, and counted as skipped; the others of its transaction are written.
    case skip
}

extension SQLError {
    /// Whether it may be one row's fault. A trigger's function that is itself wrong is not: all rows would be left out.
    var mayConcernOneRow: Bool { kind == .constraint || kind == .type || isRaised }

    /// Whether a function of PostgreSQL raises it on purpose: with P0001, or a code of its own. The classes of the SQL standard
    /// begin with 0 to 4 and A to H; from I on PostgreSQL has P0 and XX.
    private var isRaised: Bool {
        guard kind == .refused, let code, code.hasPrefix("SQLSTATE ") else { return false }
        let state = code.dropFirst("SQLSTATE ".count)
        if state == "P0001" { return true }
        guard let first = state.first, ("I"..."Z").contains(first) else { return false }
        return !state.hasPrefix("P0") && !state.hasPrefix("XX")
    }
}
