import Millrace

/// A text file format: how a ``FileSource`` splits a file into records and decodes them.
///
/// Millrace includes CSV, JSON Lines and plain lines. A custom format implements the decoding of a record and, if a
/// record is not a single line, the framing (`FileRecordDecoder.frame(_:isLast:)`):
///
/// ```swift
/// struct PipeSeparated: FileFormat {
///     let name = "pipe-separated"
///     func makeDecoder(file: String) -> Fields { Fields() }
///     struct Fields: FileRecordDecoder {
///         mutating func decode(_ line: UnsafeRawBufferPointer) throws -> DecodedRecord<[String]> {
///             .record(String(decoding: line, as: UTF8.self).split(separator: "|").map(String.init))
///         }
///     }
/// }
/// graph.source(FileSource(.file("events.psv"), format: PipeSeparated()))
/// ```
public protocol FileFormat<Record>: Sendable {
    /// The type that a record is decoded to.
    associatedtype Record: Sendable
    /// The type that decodes the records of one file.
    associatedtype RecordDecoder: FileRecordDecoder where RecordDecoder.Record == Record

    /// The name of the format, such as `CSV`. Shown in the pipeline graph.
    var name: String { get }
    /// Creates the decoder for one file.
    ///
    /// - Parameter file: The name of the file, for error messages.
    /// - Returns: A decoder that is used for this file only.
    /// - Throws: A `SourceError` if the format's settings are invalid.
    func makeDecoder(file: String) throws -> RecordDecoder
}

/// Splits one file into records and decodes them. Used by one task at a time.
///
/// ```swift
/// struct TabSeparated: FileRecordDecoder {
///     var columns = 0
///     var hasHeader: Bool { true }
///     mutating func readHeader(_ line: UnsafeRawBufferPointer) { columns = fields(line).count }
///     mutating func decode(_ line: UnsafeRawBufferPointer) -> DecodedRecord<[String]> {
///         let found = fields(line)
///         return found.count == columns ? .record(found) : .malformed("\(found.count) fields instead of \(columns)")
///     }
///     private func fields(_ line: UnsafeRawBufferPointer) -> [String] {
///         line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
///             .map { String(decoding: $0, as: UTF8.self) }
///     }
/// }
/// ```
public protocol FileRecordDecoder<Record> {
    /// The type that a record is decoded to.
    associatedtype Record: Sendable

    /// Whether the file begins with a header, which is not a record. Default: `false`.
    var hasHeader: Bool { get }

    /// Whether each line is a record, so that the beginning of one can be found from anywhere in the file. Otherwise a part
    /// of a file (`FileSource.splitSize`) begins where `frame` says, from the beginning of the file on. Default: `false`.
    static var isLineBased: Bool { get }

    /// Finds the end of the record that begins at the first byte of `bytes`. Default: each line is a record.
    ///
    /// - Parameters:
    ///   - bytes: The unread part of the file that is in memory; at least one byte.
    ///   - isLast: Whether the file, or the longest allowed record, ends with `bytes`, so that the record has to end
    ///     within them.
    /// - Returns: The extent of the record, or `nil` if it does not end within `bytes`.
    mutating func frame(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> RecordFrame?

    /// Reads the header. Called before the first call of `decode`, also after a restart. Default: does nothing.
    ///
    /// - Parameter bytes: The header without its line end.
    /// - Throws: A `SourceError` if the file cannot be read with this header.
    mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws

    /// Decodes one record.
    ///
    /// - Parameter bytes: The record without its line end.
    /// - Returns: The record, ``DecodedRecord/blank``, or ``DecodedRecord/malformed(_:)`` with the reason.
    /// - Throws: A `SourceError` if no record of the file can be decoded.
    mutating func decode(_ bytes: UnsafeRawBufferPointer) throws -> DecodedRecord<Record>

    /// The number of records that ``decodeRun(_:limit:into:)`` decodes at most, and that are passed to the operators
    /// together. The position in an operator's error is exact to that many records. Default: 1, runs are not decoded.
    static var recordsPerRun: Int { get }

    /// Decodes records from the beginning of `bytes` as long as they are well-formed and complete. Called before `frame`
    /// and `decode`, which take the record at which a run stops. Default: decodes nothing.
    ///
    /// - Parameters:
    ///   - bytes: The unread part of the file that is in memory. At least 64 bytes after it can be read: more of the file,
    ///     and at last 64 zeros.
    ///   - limit: The most records to decode.
    ///   - collector: Receives the records.
    /// - Returns: What was decoded.
    /// - Throws: The errors of the collector.
    mutating func decodeRun(
        _ bytes: UnsafeRawBufferPointer, limit: Int, into collector: inout some RecordCollector<Record>
    ) throws -> DecodedRun
}

extension FileRecordDecoder {
    /// Returns `false`: the file has no header.
    public var hasHeader: Bool { false }

    /// Returns the extent of the first line: each line is a record.
    public mutating func frame(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> RecordFrame? {
        RecordFrame(lineOf: bytes, isLast: isLast)
    }

    /// Returns `false`: `frame` says where a record begins.
    public static var isLineBased: Bool { false }

    /// 1: the position in an operator's error is exact.
    @inlinable
    public static var recordsPerRun: Int { 1 }

    /// Decodes nothing.
    @inlinable
    public mutating func decodeRun(
        _ bytes: UnsafeRawBufferPointer, limit: Int, into collector: inout some RecordCollector<Record>
    ) throws -> DecodedRun { DecodedRun() }

    /// Does nothing.
    public mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws {}
}

/// What was decoded of the beginning of some bytes.
///
/// A decoder of lines of one byte each, such as the states of a machine, decodes many of them in one call:
///
/// ```swift
/// func decodeRun(
///     _ bytes: UnsafeRawBufferPointer, limit: Int, into collector: inout some RecordCollector<UInt8>
/// ) throws -> DecodedRun {
///     var run = DecodedRun()
///     while run.records < limit, run.bytes + 2 <= bytes.count, bytes[run.bytes + 1] == UInt8(ascii: "\n") {
///         try collector.record(bytes[run.bytes], bytes: 2)
///         (run.records, run.bytes, run.lines) = (run.records + 1, run.bytes + 2, run.lines + 1)
///     }
///     return run
/// }
/// ```
@frozen
public struct DecodedRun: Sendable, Hashable {
    /// The number of records.
    public var records = 0
    /// Their length with line ends, in bytes.
    public var bytes = 0
    /// The number of line ends in them.
    public var lines = 0

    /// Creates a run of no records.
    @inlinable
    public init() {}
}

/// The result of decoding one framed piece of a file.
///
/// ```swift
/// func decode(_ line: UnsafeRawBufferPointer) -> DecodedRecord<Int> {
///     let text = String(decoding: line, as: UTF8.self)
///     if text.isEmpty { return .blank }
///     return Int(text).map { .record($0) } ?? .malformed("expected an integer, found \(text)")
/// }
/// ```
public enum DecodedRecord<Record> {
    /// A decoded record.
    case record(Record)
    /// A blank line, which is skipped.
    case blank
    /// Input that is not a record, with the reason. It is handled by the source's `MalformedPolicy`.
    case malformed(String)
}

extension DecodedRecord: Sendable where Record: Sendable {}
