import Foundation

/// Decodes records from JSON, one after another, many times faster than Foundation's decoder.
///
/// ```swift
/// let decoder = try JSONRecordDecoder()
/// for line in lines {
///     let bid = try decoder.decode(Bid.self, from: line)
/// }
/// ```
///
/// Any `Decodable` type will do, with the `init(from:)` that the compiler writes or one of your own. What comes out is
/// what Foundation's `JSONDecoder` makes of the same text, with these exceptions:
/// - A text that is not JSON is refused, even if the fault lies in a member that nobody asks for. Foundation passes
///   over malformed numbers and escapes there, and over a comma before a closing bracket.
/// - So is half of a surrogate pair (`"\ud800"`), which is no Unicode text, wherever it stands.
/// - `0e5` is zero; Foundation refuses it.
/// - The text is UTF-8, with or without a byte order mark; Foundation also knows UTF-16 and UTF-32.
/// - `codingPath` holds keys with the right names and indices, but not of your type's own `CodingKeys`.
///
/// A decoder keeps its memory from record to record, and allocates none of its own once it has seen a long one. It
/// belongs to one task: have one for each.
public final class JSONRecordDecoder {
    private let document: JSONDocument

    /// Throws if there is no memory for it.
    public init(options: JSONDecodingOptions = JSONDecodingOptions()) throws {
        document = try JSONDocument(options: options)
    }

    /// Decodes the one value that `bytes` are the JSON of.
    ///
    /// Throws a `DecodingError` with the path to what does not fit; `dataCorrupted` with the place of the first wrong
    /// byte (counted from 0) if it is not JSON.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeRawBufferPointer) throws -> T {
        try document.begin()
        defer { document.state.pointee.isInUse = false }
        try document.parse(bytes)
        return try document.value(type, at: Tape.root, generation: document.state.pointee.generation)
    }

    /// See `decode(_:from:)` of raw bytes.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBytes { try decode(type, from: $0) }
    }

    /// See `decode(_:from:)` of raw bytes.
    public func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
        try data.withUnsafeBytes { try decode(type, from: $0) }
    }

    /// See `decode(_:from:)` of raw bytes.
    public func decode<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
        var text = text
        return try text.withUTF8 { try decode(type, from: UnsafeRawBufferPointer($0)) }
    }
}
