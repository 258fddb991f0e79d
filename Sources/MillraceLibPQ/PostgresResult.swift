import CMillraceLibPQ

/// The result of a statement: rows of values in the server's text format.
public final class PostgresResult {
    private let result: OpaquePointer

    /// Takes ownership of a libpq result.
    init(taking result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    var status: ExecStatusType { PQresultStatus(result) }

    /// The number of rows.
    public var rowCount: Int { Int(PQntuples(result)) }

    /// The number of columns.
    public var columnCount: Int { Int(PQnfields(result)) }

    /// The number of rows that the statement changed.
    public var changedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// The command tag, such as `COMMIT` or `INSERT 0 3`.
    public var command: String { String(cString: PQcmdStatus(result)) }

    /// Returns the OID of the type of a column.
    ///
    /// - Parameter column: The index of the column, counted from 0.
    public func type(ofColumn column: Int) -> UInt32 { PQftype(result, Int32(column)) }

    /// Returns the text of a value; `nil` for `NULL`. It is valid as long as the result exists.
    ///
    /// - Parameters:
    ///   - row: The index of the row, counted from 0.
    ///   - column: The index of the column, counted from 0.
    public func text(row: Int, column: Int) -> UnsafeBufferPointer<UInt8>? {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return nil }
        let length = Int(PQgetlength(result, row, column))
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: length)
    }

    /// Returns the server's error that the result contains.
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
    /// The string without trailing white space, such as the line end of libpq's messages.
    var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
