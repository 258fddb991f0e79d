import CMillraceLibPQ

/// What a statement gave: rows of texts, as the server writes them.
public final class PostgresResult {
    private let result: OpaquePointer

    /// Takes over a result of libpq.
    init(taking result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    var status: ExecStatusType { PQresultStatus(result) }

    /// How many rows there are.
    public var rowCount: Int { Int(PQntuples(result)) }

    /// How many columns each has.
    public var columnCount: Int { Int(PQnfields(result)) }

    /// How many rows the statement changed.
    public var changedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// What was done: `COMMIT`, `INSERT 0 3`.
    public var command: String { String(cString: PQcmdStatus(result)) }

    /// The type of a column, as the server numbers them.
    public func type(ofColumn column: Int) -> UInt32 { PQftype(result, Int32(column)) }

    /// A value's text; `nil` for NULL.
    public func text(row: Int, column: Int) -> UnsafeBufferPointer<UInt8>? {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return nil }
        let length = Int(PQgetlength(result, row, column))
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: length)
    }

    /// The server's error in it.
    func error(isConnectionLost: Bool) -> PostgresError {
        func field(_ code: Character) -> String? {
            guard let value = code.asciiValue, let text = PQresultErrorField(result, Int32(value)) else { return nil }
            return String(cString: text)
        }
        let message = field("M") ?? String(cString: PQresultErrorMessage(result)).trimmed
        return PostgresError(
            message, sqlState: field("C"), detail: field("D"), hint: field("H"), context: field("W"),
            table: field("t"), column: field("c"), isConnectionLost: isConnectionLost)
    }
}

extension String {
    /// Without the line end that libpq's messages have.
    var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
