import Foundation
import MillraceJSON

extension Sink {
    /// JSON Lines: a JSON object a line, its keys in the order in which the record encodes them.
    ///
    /// ```swift
    /// delays.sink(.jsonLines(directory: "out/delays"))
    /// ```
    public static func jsonLines<Record: Encodable & Sendable>(directory: String) -> Self
    where Self == FileSink<Record> {
        FileSink(directory: directory, fileExtension: "jsonl", kind: "JSON Lines") {
            let encoder = JSONRecordEncoder()
            return { record, bytes in
                try encoder.encode(record, into: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
    }

    /// A line of text for each record.
    public static func lines(directory: String) -> Self where Self == FileSink<String> {
        FileSink(directory: directory, fileExtension: "txt", kind: "lines") { record, bytes in
            bytes.append(contentsOf: record.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// CSV (RFC 4180) with a header line in each file: a name and a text for each column.
    ///
    /// ```swift
    /// totals.sink(.csv(directory: "out", columns: [("user", { $0.key }), ("clicks", { "\($0.value)" })]))
    /// ```
    public static func csv<Record: Sendable>(
        directory: String, columns: [(name: String, text: @Sendable (Record) -> String)]
    ) -> Self where Self == FileSink<Record> {
        let header = columns.map { quotedForCSV($0.name) }.joined(separator: ",") + "\n"
        return FileSink(directory: directory, fileExtension: "csv", kind: "CSV", header: Array(header.utf8)) {
            record, bytes in
            for (index, column) in columns.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(contentsOf: quotedForCSV(column.text(record)).utf8)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

/// A field as CSV wants it: quoted if it holds a separator, a quote or a line end.
private func quotedForCSV(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x2c || $0 == 0x22 || $0 == 0x0a || $0 == 0x0d }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
