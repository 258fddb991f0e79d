import Foundation
import Millrace
import MillraceJSON

extension Sink {
    /// JSON Lines: a JSON object a line, its keys in the order in which the record encodes them.
    ///
    /// ```swift
    /// delays.sink(.jsonLines(directory: "out/delays"))
    /// ```
    ///
    /// - Parameter rolling: when a file is closed and the next begun.
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

    /// A line of text for each record. One that holds a line end would be read as several, and throws a `SinkError`.
    ///
    /// - Parameter rolling: when a file is closed and the next begun.
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
    /// CSV (RFC 4180) with a header line in each file: a name and a text for each column.
    ///
    /// ```swift
    /// totals.sink(.csv(directory: "out", columns: [.column("user") { $0.key }, .column("clicks") { "\($0.value)" }]))
    /// ```
    ///
    /// - Parameter rolling: when a file is closed and the next begun.
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
            // A line with nothing on it is no record to a reader.
            if bytes.count == start { bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")]) }
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

/// A column of a CSV file: its name, and its text in a record.
public struct CSVColumn<Record: Sendable>: Sendable {
    /// In the header.
    public let name: String
    /// Of a record.
    public let text: @Sendable (Record) -> String

    /// A column called `name`.
    public init(_ name: String, _ text: @escaping @Sendable (Record) -> String) {
        self.name = name
        self.text = text
    }

    /// A column called `name`.
    public static func column(_ name: String, _ text: @escaping @Sendable (Record) -> String) -> CSVColumn<Record> {
        CSVColumn(name, text)
    }
}

/// Appends a field as CSV wants it: quoted if it holds a separator, a quote or a line end, quotes doubled.
///
/// By bytes: a quote before a combining mark is one character with it, and a quote all the same.
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
