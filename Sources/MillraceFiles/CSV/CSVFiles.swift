import Millrace

/// CSV files whose rows are decoded to `Record`.
public typealias CSVFiles<Record: Decodable & Sendable> = FileSource<CSVFormat<Record>>

extension Source {
    /// Rows of the CSV files in `directory`, decoded by the names of their columns; one partition a file.
    ///
    /// ```swift
    /// struct Flight: Codable, Sendable {
    ///     var carrier: String
    ///     var depDelay: Int?                                   // empty or NA: nil
    ///     var scheduled: Timestamp
    ///     enum CodingKeys: String, CodingKey { case carrier, depDelay = "dep_delay", scheduled = "time_hour" }
    /// }
    /// graph.source(.csvFiles(in: "flights", decoding: Flight.self))
    /// ```
    ///
    /// - Parameters:
    ///   - directory: Holds the files.
    ///   - type: What a row is decoded to; see `CSVFormat` for what its properties may be.
    ///   - columns: The columns' names if the files do not begin with them.
    ///   - separator: What stands between two fields.
    ///   - missing: Texts that stand for no value.
    ///   - extensions: How the files' names end.
    ///   - tailing: Whether the files are still being written to; see `FileSource`.
    ///
    /// A row that is not one of `type` goes the source's way for malformed input. A file that lacks a column which
    /// `type` needs is a `SourceError`; one of zero bytes holds no rows. A restart goes on with the row after the
    /// checkpoint.
    public static func csvFiles<Record>(
        in directory: String, decoding type: Record.Type, columns: [String]? = nil, separator: Character = ",",
        missing: Set<String> = ["", "NA"], extensions: [String] = ["csv"], tailing: Bool = false
    ) -> CSVFiles<Record> where Self == CSVFiles<Record> {
        CSVFiles(
            .directory(directory, extensions: extensions),
            format: CSVFormat(columns: columns, separator: separator, missing: missing), tailing: tailing)
    }

    /// Rows of the CSV file at `path`; see `csvFiles(in:decoding:)`.
    public static func csvFile<Record>(
        at path: String, decoding type: Record.Type, columns: [String]? = nil, separator: Character = ",",
        missing: Set<String> = ["", "NA"], tailing: Bool = false
    ) -> CSVFiles<Record> where Self == CSVFiles<Record> {
        CSVFiles(
            .file(path), format: CSVFormat(columns: columns, separator: separator, missing: missing),
            tailing: tailing)
    }
}
