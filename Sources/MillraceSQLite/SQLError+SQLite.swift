import GRDB
import MillraceSQL

extension SQLError {
    /// Creates the error for a SQLite error, classified by its result code.
    init(_ error: DatabaseError, place: Place) {
        let message = error.message ?? "no reason given"
        let kind: Kind =
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_PROTOCOL, .SQLITE_NOMEM, .SQLITE_INTERRUPT, .SQLITE_SCHEMA:
                .unavailable
            case .SQLITE_CONSTRAINT where error.extendedResultCode == .SQLITE_CONSTRAINT_DATATYPE: .type
            case .SQLITE_CONSTRAINT: .constraint
            case .SQLITE_MISMATCH, .SQLITE_TOOBIG: .type
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .permission
            case .SQLITE_CANTOPEN: .missing
            case .SQLITE_ERROR where message.hasPrefix("no such") || message.contains("has no column"): .missing
            default: .refused
            }
        self.init(
            kind, message, code: "SQLite \(error.extendedResultCode.rawValue)", hint: Self.hint(message), place: place)
    }

    private static func hint(_ message: String) -> String? {
        if message.contains("because it is a view") {
            return "Create an INSTEAD OF INSERT trigger for the view, or write to its table"
        }
        return message.contains("cannot UPSERT a view") ? "Write to the view's table" : nil
    }
}

extension SQLValue {
    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let value): self = .integer(value)
        case .double(let value): self = .real(value)
        case .string(let value): self = .text(value)
        case .blob(let value): self = .blob([UInt8](value))
        }
    }
}
