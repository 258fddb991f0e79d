import Millrace

/// The CSV format of RFC 4180, decoded to a `Decodable` type by column name.
///
/// - Fields may be quoted, and may then contain separators, line ends and doubled quotes. A quote inside an unquoted
///   field is an ordinary character. Spaces are part of a field. Blank lines are skipped.
/// - A property is read from the column with the name of its coding key. It may be an integer, `Double`, `Float`,
///   `Bool` (`true`, `false`, `1`, `0`), `String`, `Timestamp` (ISO 8601, or milliseconds since 1970), Foundation's
///   `Date` (ISO 8601), an enum with raw values, or another type that decodes from a single value. Columns without a
///   property are not decoded.
/// - A field whose text, quoted or not, is in `missing` has no value: an optional property is `nil`, and for any other
///   property the row is malformed input.
/// - If the file has no column for a property, an optional property is `nil`; for any other property the file is
///   rejected with a `SourceError`.
///
/// ```swift
/// let format = CSVFormat<Rate>(columns: ["currency", "rate"], separator: "\t", missing: ["", "-"])
/// graph.source(FileSource(.directory("rates", extensions: ["tsv"]), format: format))
/// ```
public struct CSVFormat<Record: Decodable & Sendable>: FileFormat {
    public let name = "CSV"
    let columns: [String]?
    let separator: UInt8?
    let missing: Set<String>

    /// Creates the format.
    ///
    /// A separator that is not an ASCII character, or is a quote or line end, is rejected with a `SourceError` when the
    /// first file is opened.
    ///
    /// - Parameters:
    ///   - columns: The column names, if the files have no header row. Default: `nil`, the first row of each file is
    ///     the header.
    ///   - separator: The character between two fields. Default: a comma.
    ///   - missing: The field texts that mean "no value". Default: the empty text and `NA`.
    public init(columns: [String]? = nil, separator: Character = ",", missing: Set<String> = ["", "NA"]) {
        self.columns = columns
        self.separator = csvSeparatorByte(separator)
        self.missing = missing
    }

    public func makeDecoder(file: String) throws -> CSVRecordDecoder<Record> {
        let row = CSVRow(
            file: file, separator: try checkedSeparator(separator), missing: missing, record: "\(Record.self)")
        if let columns { row.header = CSVHeader(columns) }
        return CSVRecordDecoder(row: row, hasHeader: columns == nil)
    }
}

/// Returns the separator's byte; `nil` if it is not an ASCII character or has another meaning in CSV.
func csvSeparatorByte(_ separator: Character) -> UInt8? {
    // By bytes: CR and LF side by side in a literal are one `Character`.
    guard let byte = separator.asciiValue, ![0x22, 0x0a, 0x0d].contains(byte) else { return nil }
    return byte
}

/// Throws if a separator's byte is missing, because it is none that a file can have.
func checkedSeparator(_ separator: UInt8?) throws -> UInt8 {
    if let separator { return separator }
    throw SourceError(
        "A CSV separator has to be an ASCII character, and neither a quote nor a line end",
        advice: "Give another separator:, such as \";\" or \"\\t\"")
}

/// Decodes the rows of one CSV file. Created by ``CSVFormat``.
///
/// ```swift
/// var decoder = try CSVFormat<Rate>(columns: ["currency", "rate"]).makeDecoder(file: "rates.csv")
/// let row = Array("USD,1.17".utf8)
/// if case .record(let rate) = try row.withUnsafeBytes({ try decoder.decode($0) }) { print(rate.rate) }      // 1.17
/// ```
public struct CSVRecordDecoder<Record: Decodable & Sendable>: FileRecordDecoder {
    @usableFromInline let row: CSVRow
    public let hasHeader: Bool

    init(row: CSVRow, hasHeader: Bool) {
        self.row = row
        self.hasHeader = hasHeader
    }

    public mutating func frame(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> RecordFrame? {
        RecordFrame(csvRowOf: bytes, separator: row.separator, isLast: isLast)
    }

    public mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws { try row.loadHeader(bytes) }

    @inlinable
    public mutating func decode(_ bytes: UnsafeRawBufferPointer) throws -> DecodedRecord<Record> {
        switch row.load(bytes) {
        case .ready: break
        case .blank: return .blank
        case .malformed(let reason): return .malformed(reason)
        }
        do {
            return .record(try Record(from: row))
        } catch {
            return .malformed(try row.reason(for: error))
        }
    }
}
