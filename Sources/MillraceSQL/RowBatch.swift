import Millrace

/// Rows for the same columns of a table, in a compact binary form.
///
/// ```swift
/// let rows = try RowBatch(columns: ["customer", "total"], rows: [["alice", 19.9], ["bob", 7.5]])
/// try await database.transaction { session in
///     try session.execute("DELETE FROM totals", [])
///     try session.insert(rows, into: "totals", onConflict: .fail)
/// }
/// ```
public struct RowBatch: Sendable {
    /// The names of the columns.
    public let columns: [String]
    /// The number of rows.
    public let count: Int
    private let bytes: ArraySlice<UInt8>

    /// Creates a batch.
    ///
    /// - Parameters:
    ///   - columns: The names of the columns.
    ///   - rows: The rows, each with one value per column.
    /// - Throws: `SQLError` if a row has another number of values.
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

    /// Calls `body` for each row.
    ///
    /// - Parameter body: Receives the index of the row, counted from 0, and its values.
    /// - Throws: The error of `body`, or `StateDecodingError` if the stored bytes are damaged.
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

    /// Returns a single row, for messages. Takes time proportional to the size of the batch.
    ///
    /// - Parameter number: The index of the row, counted from 0.
    /// - Returns: The values; `nil` if there is no such row.
    public func row(_ number: Int) -> [SQLValue]? {
        var found: [SQLValue]?
        try? forEach { index, row in if index == number { found = row } }
        return found
    }
}
