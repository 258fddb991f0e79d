import Millrace

/// CSV as RFC 4180 has it, decoded to a `Decodable` type by the names of the columns.
///
/// - Fields may be quoted, and then hold separators, line ends and (doubled) quotes. A quote within a field that is not
///   quoted stands for itself. Spaces are part of a field. Blank lines are left out.
/// - A property is read from the column of its coding key's name. It may be an integer, `Double`, `Float`, `Bool`
///   (`true`, `false`, `1`, `0`), `String`, `Timestamp` (ISO 8601 or milliseconds), Foundation's `Date` (ISO 8601), an
///   enum of raw values, or another type that decodes from a single value. Columns without a property cost next to
///   nothing.
/// - A field whose text, quoted or not, is one of `missing` has no value: `nil` for an optional property, a malformed
///   record for any other. So has a column that the file does not have if the property is optional; if it is not, the
///   file is refused with a `SourceError`.
public struct CSVFormat<Record: Decodable & Sendable>: FileFormat {
    public let name = "CSV"
    let columns: [String]?
    let separator: UInt8?
    let missing: Set<String>

    /// CSV with `separator` between fields. The first row holds the columns' names, unless they are given as `columns`.
    public init(columns: [String]? = nil, separator: Character = ",", missing: Set<String> = ["", "NA"]) {
        self.columns = columns
        self.separator = csvSeparatorByte(separator)
        self.missing = missing
    }

    public func makeDecoder(file: String) throws -> CSVRecordDecoder<Record> {
        guard let separator else {
            throw SourceError(
                "A CSV separator has to be an ASCII character, and neither a quote nor a line end",
                advice: "Give another separator:, such as \";\" or \"\\t\"")
        }
        let row = CSVRow(file: file, separator: separator, missing: missing, record: "\(Record.self)")
        if let columns { row.header = CSVHeader(columns) }
        return CSVRecordDecoder(row: row, hasHeader: columns == nil)
    }
}

/// The byte of a separator, which has to be an ASCII character that has no other meaning in CSV.
func csvSeparatorByte(_ separator: Character) -> UInt8? {
    guard let byte = separator.asciiValue, !"\"\r\n".contains(separator) else { return nil }
    return byte
}

/// Decodes the rows of one CSV file.
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
