import Foundation

/// A decoder for sequences of JSON records, which is faster than Foundation's `JSONDecoder`.
///
/// ```swift
/// let decoder = try JSONRecordDecoder()
/// for line in lines {
///     let bid = try decoder.decode(Bid.self, from: line)
/// }
/// ```
///
/// It decodes any `Decodable` type, with a synthesized or a custom `init(from:)`. The results are those of Foundation's
/// `JSONDecoder`, with these exceptions:
/// - A text that is not valid JSON is rejected with an error, even if the fault is in a member that is not decoded.
///   Foundation ignores malformed numbers and escapes there, and a comma before a closing bracket.
/// - Half of a surrogate pair (`"\ud800"`), which is not Unicode text, is always rejected with an error.
/// - `0e5` is zero; Foundation rejects it.
/// - The text has to be UTF-8, with or without a byte order mark; Foundation also supports UTF-16 and UTF-32.
/// - The keys of a `codingPath` have the right names and indices, but are not of the type's own `CodingKeys`.
///
/// A decoder reuses its memory from record to record. It is not thread-safe: create one per task.
public final class JSONRecordDecoder {
    private let document: JSONDocument

    /// Creates a decoder.
    ///
    /// - Parameter options: How dates, keys and timestamps are decoded.
    /// - Throws: An error if there is not enough memory for the parser.
    public init(options: JSONDecodingOptions = JSONDecodingOptions()) throws {
        document = try JSONDocument(options: options)
    }

    /// Decodes a value from JSON text.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - bytes: The UTF-8 text of exactly one JSON value. It may be surrounded by white space.
    /// - Returns: The decoded value.
    /// - Throws: A `DecodingError` with the path to the value that does not match. If the text is not valid JSON,
    ///   `DecodingError.dataCorrupted` with the offset of the first invalid byte, counted from 0.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeRawBufferPointer) throws -> T {
        try document.begin()
        defer { document.state.pointee.isInUse = false }
        try document.parse(bytes)
        return try document.value(type, at: Tape.root, generation: document.state.pointee.generation)
    }

    /// Decodes a value from JSON text.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - bytes: The UTF-8 text of exactly one JSON value.
    /// - Returns: The decoded value.
    /// - Throws: A `DecodingError`, as for raw bytes.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBytes { try decode(type, from: $0) }
    }

    /// Decodes a value from JSON text.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - data: The UTF-8 text of exactly one JSON value.
    /// - Returns: The decoded value.
    /// - Throws: A `DecodingError`, as for raw bytes.
    public func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
        try data.withUnsafeBytes { try decode(type, from: $0) }
    }

    /// Decodes a value from JSON text.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - text: The text of exactly one JSON value.
    /// - Returns: The decoded value.
    /// - Throws: A `DecodingError`, as for raw bytes.
    public func decode<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
        var text = text
        return try text.withUTF8 { try decode(type, from: UnsafeRawBufferPointer($0)) }
    }
}
