import Millrace

/// A source that reads CSV files and decodes each row to a `SchemaRecord`.
///
/// ```swift
/// func arrivals(from airport: String) -> CSVSchemaFiles<Arrival> {
///     .csvFiles(in: "arrivals/\(airport)", decoding: Arrival.self)
/// }
/// graph.source(arrivals(from: "JFK"))
/// ```
public typealias CSVSchemaFiles<Record: SchemaRecord> = FileSource<CSVSchemaFormat<Record>>

extension Source {
    /// Reads the CSV files in a directory and decodes each row by the schema of the record, one partition per file.
    ///
    /// ```swift
    /// struct Flight: SchemaRecord {
    ///     var carrier: InlineText
    ///     var depDelay: Int?                                   // empty or NA: nil
    ///     static func schema(_ record: inout some FieldVisitor<Flight>) throws -> Flight {
    ///         try Flight(
    ///             carrier: record.field("carrier", \.carrier), depDelay: record.field("dep_delay", \.depDelay))
    ///     }
    /// }
    /// graph.source(.csvFiles(in: "flights", decoding: Flight.self))
    /// ```
    ///
    /// A row that cannot be decoded is malformed input, which is handled by the source's `MalformedPolicy`. If a file
    /// has no column for a field that is neither optional nor has a default, the run fails with a `SourceError`. An empty
    /// file contains no rows. Records are passed on 64 at a time: the position in an operator's error is that of the first.
    ///
    /// Restart: reading continues with the first row after the checkpoint.
    ///
    /// - Parameters:
    ///   - directory: The directory of the files. Subdirectories are not read.
    ///   - type: The type that a row is decoded to. ``CSVSchemaFormat`` lists the types of fields.
    ///   - columns: The column names, if the files have no header row. Default: `nil`, the first row of each file is
    ///     the header.
    ///   - separator: The character between two fields. Default: a comma.
    ///   - missing: The field texts that mean "no value". Default: the empty text and `NA`.
    ///   - extensions: The file name extensions to read, without regard to case. Default: `csv`.
    ///   - tailing: Whether the files are still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    /// - Returns: A source of decoded rows.
    public static func csvFiles<Record: SchemaRecord>(
        in directory: String, decoding type: Record.Type, columns: [String]? = nil, separator: Character = ",",
        missing: Set<String> = ["", "NA"], extensions: [String] = ["csv"], tailing: Bool = false, splitSize: Int? = nil
    ) -> CSVSchemaFiles<Record> where Self == CSVSchemaFiles<Record> {
        CSVSchemaFiles(
            .directory(directory, extensions: extensions),
            format: CSVSchemaFormat(columns: columns, separator: separator, missing: missing), tailing: tailing,
            splitSize: splitSize)
    }

    /// Reads one CSV file and decodes each row by the schema of the record.
    ///
    /// Errors and restarts are the same as for the files of a directory.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - type: The type that a row is decoded to. ``CSVSchemaFormat`` lists the types of fields.
    ///   - columns: The column names, if the file has no header row. Default: `nil`, the first row is the header.
    ///   - separator: The character between two fields. Default: a comma.
    ///   - missing: The field texts that mean "no value". Default: the empty text and `NA`.
    ///   - tailing: Whether the file is still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    /// - Returns: A source of decoded rows.
    public static func csvFile<Record: SchemaRecord>(
        at path: String, decoding type: Record.Type, columns: [String]? = nil, separator: Character = ",",
        missing: Set<String> = ["", "NA"], tailing: Bool = false, splitSize: Int? = nil
    ) -> CSVSchemaFiles<Record> where Self == CSVSchemaFiles<Record> {
        CSVSchemaFiles(
            .file(path), format: CSVSchemaFormat(columns: columns, separator: separator, missing: missing),
            tailing: tailing, splitSize: splitSize)
    }
}
