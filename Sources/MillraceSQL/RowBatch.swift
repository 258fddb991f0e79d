import Millrace

/// Rows for the same columns of a table, one after the other in bytes.
public struct RowBatch: Sendable {
    /// The columns' names.
    public let columns: [String]
    /// How many rows.
    public let count: Int
    private let bytes: ArraySlice<UInt8>

    /// Rows with a value for each column.
    ///
    /// - Throws: `SQLError` if one has more or fewer.
    public init(columns: [String], rows: [[SQLValue]]) throws {
        var writer = ByteWriter(capacity: rows.count * columns.count * 8)
        for (index, row) in rows.enumerated() {
            guard row.count == columns.count else {
                throw SQLError(
                    .refused, "a row has \(row.count) values for \(columns.count) columns",
                    place: SQLError.Place(columns: columns, row: row, rowNumber: index + 1))
            }
            for value in row { value.encode(into: &writer) }
        }
        self.init(columns: columns, count: rows.count, bytes: writer.bytes()[...])
    }

    init(columns: [String], count: Int, bytes: ArraySlice<UInt8>) {
        self.columns = columns
        self.count = count
        self.bytes = bytes
    }

    /// Calls `body` with each row and its number, from 0.
    ///
    /// - Throws: what `body` throws; `StateDecodingError` if the bytes are damaged.
    public func forEach(_ body: (_ index: Int, _ row: [SQLValue]) throws -> Void) throws {
        try bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            var row: [SQLValue] = []
            row.reserveCapacity(columns.count)
            for index in 0..<count {
                row.removeAll(keepingCapacity: true)
                for _ in columns { row.append(try SQLValue(from: &reader)) }
                try body(index, row)
            }
            guard reader.remaining == 0 else {
                throw StateDecodingError(
                    expected: "\(count) rows", found: "\(reader.remaining) bytes more")
            }
        }
    }

    /// One row, for a message; `nil` if there is none with that number.
    public func row(_ number: Int) -> [SQLValue]? {
        var found: [SQLValue]?
        try? forEach { index, row in if index == number { found = row } }
        return found
    }
}
