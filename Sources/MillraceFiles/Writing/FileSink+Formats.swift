import Foundation
import Millrace
import MillraceJSON

extension Sink {
    /// Writes JSON Lines files: one JSON value per line and record, with keys in the order in which the record encodes
    /// them.
    ///
    /// ```swift
    /// delays.sink(.jsonLines(directory: "out/delays"))
    /// ```
    ///
    /// Restart: each record is in exactly one published file; see ``FileSink``.
    ///
    /// - Parameters:
    ///   - directory: The output directory; created if it does not exist.
    ///   - rolling: When a file is closed and the next begun. Default: at each checkpoint.
    /// - Returns: A sink that writes files with the extension `jsonl`.
    @_disfavoredOverload
    public static func jsonLines<Record: Encodable & Sendable>(
        directory: String, rolling: FileRolling = .everyCheckpoint
    ) -> Self
    where Self == FileSink<Record> {
        FileSink(directory: directory, fileExtension: "jsonl", kind: "JSON Lines", rolling: rolling) {
            let encoder = JSONRecordEncoder()
            return { record, bytes in
                try encoder.encode(record, into: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
    }

    /// Writes JSON Lines files of records with a schema: one JSON object per line and record, with keys in the order of
    /// the schema.
    ///
    /// Restart: each record is in exactly one published file; see ``FileSink``.
    ///
    /// - Parameters:
    ///   - directory: The output directory; created if it does not exist.
    ///   - rolling: When a file is closed and the next begun. Default: at each checkpoint.
    /// - Returns: A sink that writes files with the extension `jsonl`.
    @inlinable
    public static func jsonLines<Record: SchemaRecord>(
        directory: String, rolling: FileRolling = .everyCheckpoint
    ) -> Self
    where Self == FileSink<Record> {
        FileSink(directory: directory, fileExtension: "jsonl", kind: "JSON Lines", rolling: rolling) {
            let encoder = JSONSchemaEncoder()
            return { record, bytes in
                try encoder.encode(record, into: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
    }

    /// Writes text files with one line per record.
    ///
    /// A record that contains a line end (CR or LF) would be read as several lines; writing it throws a `SinkError`.
    ///
    /// Restart: each record is in exactly one published file; see ``FileSink``.
    ///
    /// ```swift
    /// logins.map { "\($0.user) \($0.succeeded)" }.sink(.lines(directory: "out/logins"))
    /// ```
    ///
    /// - Parameters:
    ///   - directory: The output directory; created if it does not exist.
    ///   - rolling: When a file is closed and the next begun. Default: at each checkpoint.
    /// - Returns: A sink that writes files with the extension `txt`.
    public static func lines(directory: String, rolling: FileRolling = .everyCheckpoint) -> Self
    where Self == FileSink<String> {
        FileSink(directory: directory, fileExtension: "txt", kind: "lines", rolling: rolling) { record, bytes in
            guard !record.utf8.contains(where: { $0 == 0x0a || $0 == 0x0d }) else {
                throw SinkError(
                    "A record for \(directory) holds a line end, and would be read as several: \(record.debugDescription.prefix(100))",
                    advice: "Replace line ends before the sink, or write JSON Lines")
            }
            bytes.append(contentsOf: record.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

extension FileSink {
    /// Writes CSV files (RFC 4180, with LF as the line end) with a header line in each file.
    ///
    /// ```swift
    /// totals.sink(.csv(directory: "out", columns: [.column("user") { $0.key }, .column("clicks") { "\($0.value)" }]))
    /// ```
    ///
    /// Fields that contain a comma, a quote or a line end are quoted.
    ///
    /// Restart: each record is in exactly one published file; see ``FileSink``.
    ///
    /// - Parameters:
    ///   - directory: The output directory; created if it does not exist. Only this sink may write to it.
    ///   - columns: The columns in their order: a name and the text of a record.
    ///   - rolling: When a file is closed and the next begun. Default: at each checkpoint.
    /// - Returns: A sink that writes files with the extension `csv`.
    public static func csv(
        directory: String, columns: [CSVColumn<Input>], rolling: FileRolling = .everyCheckpoint
    ) -> FileSink<Input> {
        var header: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { header.append(UInt8(ascii: ",")) }
            appendCSVField(column.name, to: &header)
        }
        header.append(UInt8(ascii: "\n"))
        return FileSink(directory: directory, fileExtension: "csv", kind: "CSV", header: header, rolling: rolling) {
            record, bytes in
            let start = bytes.count
            for (index, column) in columns.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                appendCSVField(column.text(record), to: &bytes)
            }
            // Readers skip empty lines, so a single empty field is written as "".
            if bytes.count == start { bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")]) }
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

/// A column of a CSV file that a ``FileSink`` writes.
///
/// ```swift
/// let columns: [CSVColumn<Payment>] = [.column("id") { "\($0.id)" }, .column("country") { $0.country }]
/// payments.sink(.csv(directory: "out/payments", columns: columns))
/// ```
public struct CSVColumn<Record: Sendable>: Sendable {
    /// The name in the header.
    public let name: String
    /// Returns the field's text for a record.
    public let text: @Sendable (Record) -> String

    /// Creates a column.
    ///
    /// - Parameters:
    ///   - name: The name in the header.
    ///   - text: Returns the field's text for a record, without quoting.
    public init(_ name: String, _ text: @escaping @Sendable (Record) -> String) {
        self.name = name
        self.text = text
    }

    /// Creates a column. For use as `.column(…)` in ``FileSink/csv(directory:columns:rolling:)``.
    ///
    /// - Parameters:
    ///   - name: The name in the header.
    ///   - text: Returns the field's text for a record, without quoting.
    /// - Returns: The column.
    public static func column(_ name: String, _ text: @escaping @Sendable (Record) -> String) -> CSVColumn<Record> {
        CSVColumn(name, text)
    }
}

/// Appends a field, quoted if it contains a separator, a quote or a line end, with quotes doubled.
///
/// By bytes, because a quote before a combining mark forms one `Character` with it and still has to be doubled.
private func appendCSVField(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    text.withUTF8 { field in
        guard field.contains(where: { $0 == 0x2c || $0 == 0x22 || $0 == 0x0a || $0 == 0x0d }) else {
            bytes.append(contentsOf: field)
            return
        }
        bytes.append(0x22)
        for byte in field {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }
}
