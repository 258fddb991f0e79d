/// How the records of a text file are told apart and decoded: what a `FileSource` is made with.
///
/// CSV, JSON Lines and plain lines come with Millrace. A format of your own says how a record is decoded, and, unless
/// each line is a record, where a record ends:
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
    /// What a record is decoded to.
    associatedtype Record: Sendable
    /// What decodes the records of one file.
    associatedtype RecordDecoder: FileRecordDecoder where RecordDecoder.Record == Record

    /// What such files are called, to stand before "file": `CSV`.
    var name: String { get }
    /// Makes what decodes the file called `file` (its name is for messages).
    func makeDecoder(file: String) throws -> RecordDecoder
}

/// Decodes the records of one file. Used by one task at a time.
public protocol FileRecordDecoder<Record> {
    /// What a record is decoded to.
    associatedtype Record: Sendable

    /// Whether the file begins with a header, which is no record.
    var hasHeader: Bool { get }

    /// Finds the end of the record that begins at the first of `bytes` (there is at least one); `nil` if it lies
    /// beyond them. With `isLast` nothing comes after them, so that the record has to end there at the latest.
    mutating func frame(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> RecordFrame?

    /// Takes the header, without its line end. Called before any `decode`, after a restart too.
    mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws

    /// Decodes a record, without its line end. Throws a `SourceError` if the file as a whole cannot be read.
    mutating func decode(_ bytes: UnsafeRawBufferPointer) throws -> DecodedRecord<Record>
}

extension FileRecordDecoder {
    /// None.
    public var hasHeader: Bool { false }

    /// Each line is a record.
    public mutating func frame(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> RecordFrame? {
        RecordFrame(lineOf: bytes, isLast: isLast)
    }

    /// Nothing to take.
    public mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws {}
}

/// What a piece of a file turned out to be.
public enum DecodedRecord<Record> {
    /// A record.
    case record(Record)
    /// Nothing: a blank line.
    case blank
    /// Not a record, for this reason.
    case malformed(String)
}

extension DecodedRecord: Sendable where Record: Sendable {}
