/// Reads values that a `ByteWriter` wrote. Every read is checked against the end of the bytes: damaged bytes throw an
/// error and never trap.
///
/// ```swift
/// let stored: [UInt8] = [2, 65, 65, 14, 0, 0, 0]
/// let (carrier, delay) = try stored.withUnsafeBytes { bytes in
///     var reader = ByteReader(bytes)
///     return try (reader.readString(), reader.read(Int32.self))        // ("AA", 14)
/// }
/// ```
@frozen
public struct ByteReader {
    @usableFromInline package var base: UnsafeRawPointer
    @usableFromInline package var end: UnsafeRawPointer

    /// Creates a reader of `bytes`, which have to outlive it.
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        // The address of an empty buffer may be nil; any address is suitable for zero bytes.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        end = base + bytes.count
    }

    /// The number of bytes that have not been read yet.
    @inlinable
    public var remaining: Int { end - base }

    /// Reads a fixed-layout value from its bytes in memory.
    ///
    /// - Throws: `StateDecodingError` if too few bytes are left.
    @inlinable
    public mutating func readBits<T: BitwiseCopyable>(as type: T.Type = T.self) throws(StateDecodingError) -> T {
        let size = MemoryLayout<T>.size
        guard remaining >= size else {
            throw StateDecodingError(expected: "\(size) bytes of \(T.self)", found: "\(remaining) bytes")
        }
        let value = base.loadUnaligned(as: T.self)
        base += size
        return value
    }

    /// Reads a little-endian integer.
    ///
    /// - Throws: `StateDecodingError` if too few bytes are left.
    @inlinable
    public mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type = T.self
    ) throws(StateDecodingError) -> T {
        T(littleEndian: try readBits(as: T.self))
    }

    /// Reads a length, encoded in LEB128.
    ///
    /// - Parameter unit: the least number of bytes of one element. A length of more elements than fit the remaining
    ///   bytes is rejected, unless it is 0. Default: 1.
    /// - Throws: `StateDecodingError` if the length is malformed or exceeds the remaining bytes.
    @inlinable
    public mutating func readLength(unit: Int = 1) throws(StateDecodingError) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try read(UInt8.self)
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { break }
            shift += 7
            guard shift < 63 else { throw StateDecodingError(expected: "a length", found: "an endless one") }
        }
        guard let length = Int(exactly: value), length <= (unit == 0 ? Int.max : remaining / unit) else {
            throw StateDecodingError(expected: "a length of at most \(remaining) bytes", found: "\(value)")
        }
        return length
    }

    /// Reads `count` bytes without copying them. The returned buffer is valid as long as the reader's bytes are.
    ///
    /// - Throws: `StateDecodingError` if too few bytes are left.
    @inlinable
    public mutating func readBytes(_ count: Int) throws(StateDecodingError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else {
            throw StateDecodingError(expected: "\(count) bytes", found: "\(remaining) bytes")
        }
        let bytes = UnsafeRawBufferPointer(start: base, count: count)
        base += count
        return bytes
    }

    /// Reads a string: a length and that many bytes of UTF-8.
    ///
    /// - Throws: `StateDecodingError` if the bytes are too few or not valid UTF-8.
    @inlinable
    public mutating func readString() throws(StateDecodingError) -> String {
        let bytes = try readBytes(try readLength())
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw StateDecodingError(expected: "UTF-8 text", found: "\(bytes.count) bytes that are not")
        }
        return string
    }
}

/// An error in decoding stored bytes: they are not of the type that was expected.
///
/// ```swift
/// enum Gate: UInt8, StateValue {
///     case open, closed
///     static var stateSchema: String { "Gate/1" }
///     func encode(into writer: inout ByteWriter) { writer.write(rawValue) }
///     static func decode(from reader: inout ByteReader) throws -> Gate {
///         let code = try reader.read(UInt8.self)
///         if let gate = Gate(rawValue: code) { return gate }
///         throw StateDecodingError(expected: "0 or 1", found: "\(code)")
///     }
/// }
/// ```
public struct StateDecodingError: Error, CustomStringConvertible, Sendable {
    /// What was expected.
    public let expected: String
    /// What was found instead.
    public let found: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - expected: what was expected, as a phrase for the message.
    ///   - found: what was found instead, as a phrase for the message.
    public init(expected: String, found: String) {
        self.expected = expected
        self.found = found
    }

    /// The error in one sentence.
    public var description: String { "stored state does not decode: expected \(expected), found \(found)" }
}
