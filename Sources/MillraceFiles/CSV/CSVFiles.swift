import Millrace

/// A source that reads CSV files and decodes each row to a `Record`.
///
/// ```swift
/// func flights(of month: Int) -> CSVFiles<Flight> { .csvFile(at: "flights/2013-\(month).csv", decoding: Flight.self) }
/// graph.source(flights(of: 1))
/// ```
public typealias CSVFiles<Record: Decodable & Sendable> = FileSource<CSVFormat<Record>>

extension Source {
    /// Reads the CSV files in a directory and decodes each row by column name, one partition per file.
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
    /// A row that cannot be decoded is malformed input, which is handled by the source's `MalformedPolicy`. If a file
    /// has no column for a non-optional property, the run fails with a `SourceError`. An empty file contains no rows.
    ///
    /// Restart: reading continues with the first row after the checkpoint.
    ///
    /// - Parameters:
    ///   - directory: The directory of the files. Subdirectories are not read.
    ///   - type: The type that a row is decoded to. ``CSVFormat`` lists the supported property types.
    ///   - columns: The column names, if the files have no header row. Default: `nil`, the first row of each file is
    ///     the header.
    ///   - separator: The character between two fields. Default: a comma.
    ///   - missing: The field texts that mean "no value". Default: the empty text and `NA`.
    ///   - extensions: The file name extensions to read, without regard to case. Default: `csv`.
    ///   - tailing: Whether the files are still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    /// - Returns: A source of decoded rows.
    @_disfavoredOverload
    public static func csvFiles<Record>(
        in directory: String, decoding type: Record.Type, columns: [String]? = nil, separator: Character = ",",
        missing: Set<String> = ["", "NA"], extensions: [String] = ["csv"], tailing: Bool = false, splitSize: Int? = nil
    ) -> CSVFiles<Record> where Self == CSVFiles<Record> {
        CSVFiles(
            .directory(directory, extensions: extensions),
            format: CSVFormat(columns: columns, separator: separator, missing: missing), tailing: tailing,
            splitSize: splitSize)
    }

    /// Reads one CSV file and decodes each row by column name.
    ///
    /// Errors and restarts are the same as for `csvFiles(in:decoding:columns:separator:missing:extensions:tailing:)`.
    ///
    /// ```swift
    /// graph.source(.csvFile(at: "rates.csv", decoding: Rate.self, columns: ["currency", "rate"], separator: ";"))
    /// ```
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - type: The type that a row is decoded to. ``CSVFormat`` lists the supported property types.
    ///   - columns: The column names, if the file has no header row. Default: `nil`, the first row is the header.
    ///   - separator: The character between two fields. Default: a comma.
    ///   - missing: The field texts that mean "no value". Default: the empty text and `NA`.
    ///   - tailing: Whether the file is still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    /// - Returns: A source of decoded rows.
    @_disfavoredOverload
    public static func csvFile<Record>(
        at path: String, decoding type: Record.Type, columns: [String]? = nil, separator: Character = ",",
        missing: Set<String> = ["", "NA"], tailing: Bool = false, splitSize: Int? = nil
    ) -> CSVFiles<Record> where Self == CSVFiles<Record> {
        CSVFiles(
            .file(path), format: CSVFormat(columns: columns, separator: separator, missing: missing),
            tailing: tailing, splitSize: splitSize)
    }
}
