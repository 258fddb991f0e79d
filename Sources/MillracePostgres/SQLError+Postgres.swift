import MillraceSQL
import MillraceLibPQ

extension SQLError {
    /// Creates the error for a PostgreSQL error, classified by its SQLSTATE (PostgreSQL documentation, appendix A).
    init(_ error: PostgresError, place: Place) {
        var problem = error.detail.map { "\(error.message): \($0)" } ?? error.message
        while problem.last == "." { problem.removeLast() }
        if let column = error.column { problem += ", column \(column)" }
        // Without the name of the temporary table, which means nothing to the user, but with the column.
        if let copy = error.copyContext, let start = copy.firstIndex(of: ",") { problem += copy[start...] }
        if let function = error.functionContext { problem += ", in \(function)" }
        var place = place
        // At COMMIT, which checks deferred constraints, only the server knows the table.
        if place.table == nil { place.table = error.table }
        if place.columns.isEmpty { place.columns = [error.column].compactMap(\.self) }
        var hint = error.hint
        while hint?.last == "." { hint?.removeLast() }
        self.init(
            Self.kind(error), problem, code: error.sqlState.map { "SQLSTATE \($0)" }, hint: hint, place: place)
    }

    private static func kind(_ error: PostgresError) -> Kind {
        guard let state = error.sqlState else { return error.isConnectionLost ? .unavailable : .refused }
        switch state {
        case "57P01", "57P02", "57P03", "57P05", "25006": return .unavailable
        case "40001", "40P01", "55P03", "57014": return .busy
        case "42P01", "42703", "42883", "3F000", "3D000": return .missing
        case "42501": return .permission
        // 54000: a value is too long for an index, or a row is too long for a page.
        case "42804", "54000": return .type
        case "08001", "08P01": return .refused
        default: break
        }
        switch state.prefix(2) {
        case "08", "53", "58": return .unavailable
        // 44: the check option of a view.
        case "23", "44": return .constraint
        case "22": return .type
        case "28": return .permission
        default: return error.isConnectionLost ? .unavailable : .refused
        }
    }
}

extension PostgresError {
    /// Whether a single row may have caused the error: a value, a constraint, or an error in a trigger function, with
    /// any code.
    var mayConcernOneRow: Bool {
        switch SQLError(self, place: SQLError.Place()).kind {
        case .constraint, .type: true
        case .refused: functionContext != nil
        default: false
        }
    }
}
