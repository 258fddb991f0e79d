import CMillraceSimdjson
import MillraceRecords

/// A decoder for sequences of JSON objects, each of which is a record with a schema.
///
/// ```swift
/// let decoder = try JSONSchemaDecoder()
/// for line in lines {
///     let bid = try decoder.decode(Bid.self, from: line)
/// }
/// ```
///
/// The records and errors are those of ``JSONRecordDecoder`` for a `Decodable` type with the same fields. It takes a tenth of
/// the time where the members are plain: in any order, but fastest in that of the schema, without numbers of more than 15
/// digits or exponents. Other texts take as long as `Codable` does.
///
/// A decoder reuses its memory from record to record. It is not thread-safe: create one per task.
public final class JSONSchemaDecoder {
    /// The zeros that follow a text.
    static var padding: Int { 64 }

    private let document: JSONDocument
    @usableFromInline let options: JSONDecodingOptions
    @usableFromInline let index = JSONMemberIndex()
    private var buffer: UnsafeMutableRawBufferPointer
    /// The type of the last record, and whether its fields' names have no escapes in JSON.
    @exclusivity(unchecked) @usableFromInline var type: ObjectIdentifier?
    @exclusivity(unchecked) @usableFromInline var hasPlainNames = false
    @usableFromInline let hasPlainDates: Bool

    /// Creates a decoder.
    ///
    /// - Parameter options: How keys and timestamps are decoded.
    /// - Throws: An error if there is not enough memory for the parser.
    public init(options: JSONDecodingOptions = JSONDecodingOptions()) throws {
        document = try JSONDocument(options: options)
        self.options = options
        hasPlainDates = options.dates == .deferredToDate
        buffer = .allocate(byteCount: 1024, alignment: 16)
    }

    deinit {
        index.deallocate()
        buffer.deallocate()
    }

    /// Decodes a record from JSON text.
    ///
    /// - Parameters:
    ///   - type: The type of the record.
    ///   - bytes: The UTF-8 text of exactly one JSON object. It may be surrounded by white space.
    /// - Returns: The decoded record.
    /// - Throws: A `DecodingError` with the path to the value that does not match. If the text is not valid JSON,
    ///   `DecodingError.dataCorrupted` with the offset of the first invalid byte, counted from 0.
    @inlinable
    public func decode<Record: SchemaRecord>(
        _ type: Record.Type = Record.self, from bytes: UnsafeRawBufferPointer
    ) throws -> Record {
        if self.type != ObjectIdentifier(type) { describe(type) }
        if hasPlainNames, let text = begin(bytes), let record: Record = plain(text) { return record }
        return try decodeUnusual(type, from: bytes)
    }

    /// Decodes a record from JSON text.
    ///
    /// - Parameters:
    ///   - type: The type of the record.
    ///   - text: The text of exactly one JSON object.
    /// - Returns: The decoded record.
    /// - Throws: A `DecodingError`, as for raw bytes.
    public func decode<Record: SchemaRecord>(_ type: Record.Type = Record.self, from text: String) throws -> Record {
        var text = text
        return try text.withUTF8 { try decode(type, from: UnsafeRawBufferPointer($0)) }
    }

    /// Reads a record straight from the text; `nil` if there is anything unusual in it.
    @inlinable
    @inline(__always)
    func plain<Record: SchemaRecord>(_ text: UnsafeBufferPointer<UInt8>) -> Record? {
        guard let start = text.baseAddress, let (record, cursor) = object(at: start, as: Record.self) else {
            return nil
        }
        let end = start + text.count
        return cursor == end || isBlank(from: cursor, to: end) ? record : nil
    }

    /// Reads the object at `start`; the cursor is after it then.
    @inlinable
    @inline(__always)
    func object<Record: SchemaRecord>(
        at start: UnsafePointer<UInt8>, as type: Record.Type
    ) -> (record: Record, cursor: UnsafePointer<UInt8>)? {
        // The visitor holds the reader from the beginning: it has a hundred bytes, and is not copied.
        var visitor = RecordReading<Record, JSONFieldReader>(
            JSONFieldReader(start, times: options.times, hasPlainDates: hasPlainDates, index: index))
        do {
            visitor.reader.skipSpace()
            try visitor.reader.begin()
            let record = try Record.schema(&visitor)
            try visitor.reader.close()
            return (record, visitor.reader.cursor)
        } catch { return nil }
    }

    @usableFromInline
    @inline(never)
    func describe<Record: SchemaRecord>(_ type: Record.Type) {
        self.type = ObjectIdentifier(type)
        hasPlainNames = Record.fieldType.hasPlainNames
    }

    /// Copies the text to where zeros follow it; `nil` if it has to be read by way of `JSONDocument`.
    @usableFromInline
    func begin(_ bytes: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8>? {
        guard options.keys == .useDefaultKeys, let source = bytes.baseAddress else { return nil }
        if buffer.count < bytes.count + Self.padding {
            buffer.deallocate()
            buffer = .allocate(byteCount: 2 * bytes.count + Self.padding, alignment: 16)
        }
        guard let start = buffer.baseAddress else { return nil }
        index.clear()
        let isText = copyASCII(source, bytes.count, to: start) || isUTF8(bytes)
        for word in 0..<(Self.padding / 8) {
            (start + bytes.count + word &* 8).storeBytes(of: 0, as: UInt64.self)
        }
        let text = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        return isText ? text : nil
    }

    /// Copies text, and returns whether all of it is ASCII.
    @inline(__always)
    private func copyASCII(_ source: UnsafeRawPointer, _ count: Int, to target: UnsafeMutableRawPointer) -> Bool {
        var (place, seen): (Int, UInt64) = (0, 0)
        while place &+ 8 <= count {
            let word = source.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            target.storeBytes(of: word, toByteOffset: place, as: UInt64.self)
            seen |= word
            place &+= 8
        }
        while place < count {
            let byte = source.load(fromByteOffset: place, as: UInt8.self)
            target.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
            seen |= UInt64(byte)
            place &+= 1
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }

    @inline(never)
    private func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        csimdjson_is_utf8(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// Decodes a record as ``JSONRecordDecoder`` does, or says why it cannot.
    @usableFromInline
    @inline(never)
    func decodeUnusual<Record: SchemaRecord>(_ type: Record.Type, from bytes: UnsafeRawBufferPointer) throws -> Record {
        try document.begin()
        defer { document.state.pointee.isInUse = false }
        try document.parse(bytes)
        let tape = try document.tape(document.state.pointee.generation)
        var reader = JSONNodeReader(document, tape, node: Tape.root)
        return try reader.readRecord()
    }
}
