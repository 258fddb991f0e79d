import MillraceSQL
import MillraceLibPQ

/// Rows that are sent through a `COPY`.
struct CopiedRows {
    private let rows: RowBatch
    private let rule: ConflictRule
    private let isNumbered: Bool

    /// The size in bytes at which the text is sent.
    private static let chunkSize = 64 << 10

    /// - Parameter isNumbered: Whether each row ends with a column for its number.
    init(_ rows: RowBatch, _ rule: ConflictRule, isNumbered: Bool) {
        self.rows = rows
        self.rule = rule
        self.isNumbered = isNumbered
    }

    /// Executes the `COPY` statement `sql` with the rows.
    ///
    /// - Parameter part: The indices of the rows to send, counted from 0; `nil` for all.
    func send(_ sql: String, _ connection: PostgresConnection, part: Range<Int>? = nil) throws {
        try connection.copyIn(sql) { send in
            var text = CopyText()
            try rows.forEach { index, row in
                guard part?.contains(index) ?? true else { return }
                try rule.check(row, number: index + 1, columns: rows.columns)
                for value in row {
                    if let objection = value.objection {
                        throw SQLError(
                            .type, "\(objection): \(value)",
                            place: SQLError.Place(columns: rows.columns, row: row, rowNumber: index + 1))
                    }
                    text.append(value)
                }
                if isNumbered { text.append(plain: String(index)) }
                text.endRow()
                if text.count >= Self.chunkSize {
                    try text.withBytes(send)
                    text.removeAll()
                }
            }
            try text.withBytes(send)
        }
    }
}

extension CopyText {
    fileprivate mutating func append(_ value: SQLValue) {
        switch value {
        case .null: appendNull()
        case .integer, .real: append(plain: value.postgresText ?? "")
        case .text(let text): append(text: text)
        case .blob(let bytes): append(bytes: bytes)
        }
    }
}
