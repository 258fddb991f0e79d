import GRDB
import GRDBSQLite
import MillraceSQL

/// Executes a statement for a sequence of rows, in a third of the time that GRDB's arguments take.
struct RowBinding {
    private let statement: Statement
    private var handle: SQLiteStatement { statement.sqliteStatement }

    init(_ statement: Statement) { self.statement = statement }

    /// Executes the statement with the values of a row.
    func run(_ row: [SQLValue]) throws {
        // An unfinished statement would prevent its transaction from ending.
        defer { sqlite3_reset(handle) }
        for (index, value) in row.enumerated() {
            if let objection = SQLiteSession.objection(to: value) { throw SQLError(.type, "\(objection): \(value)") }
            try check(bind(value, at: Int32(index + 1)), success: SQLITE_OK)
        }
        try check(sqlite3_step(handle), success: SQLITE_DONE)
    }

    private func bind(_ value: SQLValue, at place: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, place)
        case .integer(let value): return sqlite3_bind_int64(handle, place, value)
        case .real(let value): return sqlite3_bind_double(handle, place, value)
        case .text(var value):
            return value.withUTF8 { text in
                text.withMemoryRebound(to: CChar.self) { text in
                    // A null pointer would be stored as NULL.
                    guard let start = text.baseAddress else { return sqlite3_bind_text(handle, place, "", 0, nil) }
                    return sqlite3_bind_text(handle, place, start, Int32(clamping: text.count), Self.copied)
                }
            }
        case .blob(let value):
            return value.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return sqlite3_bind_zeroblob(handle, place, 0) }
                return sqlite3_bind_blob(handle, place, start, Int32(clamping: bytes.count), Self.copied)
            }
        }
    }

    private func check(_ code: Int32, success: Int32) throws {
        if code == success { return }
        let connection = sqlite3_db_handle(handle)
        throw DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }

    /// `SQLITE_TRANSIENT`: SQLite copies the bound value.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
