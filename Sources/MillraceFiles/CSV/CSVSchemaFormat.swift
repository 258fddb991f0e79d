import CMillrace
import Millrace

/// The CSV format of RFC 4180, decoded to a `SchemaRecord` by column name.
///
/// Rows, missing values and errors are those of ``CSVFormat``; reading a row takes a tenth of the time. A field is read from
/// the column of its name. Its type may be an integer, `Double`, `Float`, `Decimal`, `Bool`, `String`, `InlineText`, `UUID`,
/// `Timestamp` (ISO 8601, or milliseconds since 1970), `Date` (ISO 8601), an enum with raw values, and an optional of these.
/// If the file has no column for a field, an optional field is `nil`, a field with a default has it, and for any other the file is rejected with a
/// `SourceError`.
///
/// ```swift
/// let format = CSVSchemaFormat<Arrival>(columns: ["carrier", "origin", "delay"], separator: ";")
/// graph.source(FileSource(.directory("arrivals", extensions: ["csv"]), format: format))
/// ```
public struct CSVSchemaFormat<Record: SchemaRecord>: FileFormat {
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

    public func makeDecoder(file: String) throws -> CSVSchemaDecoder<Record> {
        let row = CSVRow(
            file: file, separator: try checkedSeparator(separator), missing: missing, record: "\(Record.self)")
        var decoder = CSVSchemaDecoder<Record>(row: row, hasHeader: columns == nil)
        if let columns {
            row.header = CSVHeader(columns)
            try decoder.findColumns()
        }
        return decoder
    }
}

/// Decodes the rows of one CSV file. Created by ``CSVSchemaFormat``.
///
/// ```swift
/// var decoder = try CSVSchemaFormat<Arrival>(columns: ["carrier", "origin", "delay"]).makeDecoder(file: "jfk.csv")
/// let row = Array("AA,JFK,14".utf8)
/// if case .record(let arrival) = try row.withUnsafeBytes({ try decoder.decode($0) }) { print(arrival.origin) }
/// ```
public struct CSVSchemaDecoder<Record: SchemaRecord>: FileRecordDecoder {
    @usableFromInline let row: CSVRow
    @usableFromInline var columns: CSVColumns
    public let hasHeader: Bool

    init(row: CSVRow, hasHeader: Bool) {
        self.row = row
        self.hasHeader = hasHeader
        columns = row.columns
    }

    public static var recordsPerRun: Int { 64 }

    public mutating func frame(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> RecordFrame? {
        RecordFrame(csvRowOf: bytes, separator: row.separator, isLast: isLast)
    }

    public mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws {
        try row.loadHeader(bytes)
        try findColumns()
    }

    mutating func findColumns() throws {
        try row.findColumns(of: RecordDescription(of: Record.self))
        columns = row.columns
    }

    @inlinable
    public mutating func decode(_ bytes: UnsafeRawBufferPointer) throws -> DecodedRecord<Record> {
        switch row.loadPadded(bytes) {
        case .ready: break
        case .blank: return .blank
        case .malformed(let reason): return .malformed(reason)
        }
        var reader = CSVFieldReader(
            base: UnsafeRawPointer(columns.ends), columns: columns, row: Unmanaged.passUnretained(row))
        do { return .record(try Record.read(fieldsFrom: &reader)) } catch {
            return .malformed(try row.reason(for: error))
        }
    }

    /// Decodes plain rows, and stops before one that has quotes, is blank or malformed, or does not end within `bytes`.
    @inlinable
    public mutating func decodeRun(
        _ bytes: UnsafeRawBufferPointer, limit: Int, into collector: inout some RecordCollector<Record>
    ) throws -> DecodedRun {
        guard var start = bytes.baseAddress else { return DecodedRun() }
        var (run, left) = (DecodedRun(), bytes.count)
        let columns = columns
        while run.records < limit, left > 0 {
            let found = millrace_csv_row(
                start.assumingMemoryBound(to: UInt8.self), Int64(truncatingIfNeeded: left), columns.separator,
                columns.ends, Int64(truncatingIfNeeded: columns.count))
            let length = Int(truncatingIfNeeded: found.length)
            guard length > 0, found.fields == columns.count, found.is_irregular == 0, found.content > 0,
                found.has_non_ascii == 0 || isText(start, Int(truncatingIfNeeded: found.content))
            else { break }
            var reader = CSVFieldReader(
                base: start, columns: columns, row: nil)
            let record: Record
            do { record = try Record.read(fieldsFrom: &reader) } catch { break }
            try collector.record(record, bytes: length)
            run.records &+= 1
            run.bytes &+= length
            start += length
            left &-= length
        }
        run.lines = run.records
        return run
    }

    @usableFromInline
    @inline(never)
    func isText(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
        TextValidity.firstInvalidByte(in: UnsafeRawBufferPointer(start: start, count: count)) == nil
    }
}
