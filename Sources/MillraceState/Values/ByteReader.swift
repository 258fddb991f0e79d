/// Reads what a `ByteWriter` wrote. Every read is checked against the end: damaged bytes throw, they never trap.
@frozen
public struct ByteReader {
    @usableFromInline package var base: UnsafeRawPointer
    @usableFromInline package var end: UnsafeRawPointer

    /// Reads `bytes`, which have to outlive the reader.
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; any address will do for zero bytes.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        end = base + bytes.count
    }

    /// Bytes not read yet.
    @inlinable
    public var remaining: Int { end - base }

    /// Reads a fixed-layout value as it lies in memory.
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
    @inlinable
    public mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type = T.self
    ) throws(StateDecodingError) -> T {
        T(littleEndian: try readBits(as: T.self))
    }

    /// Reads a length (LEB128) of things of at least `unit` bytes each; refuses one that goes beyond the end.
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

    /// Reads `count` bytes without copying them.
    @inlinable
    public mutating func readBytes(_ count: Int) throws(StateDecodingError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else {
            throw StateDecodingError(expected: "\(count) bytes", found: "\(remaining) bytes")
        }
        let bytes = UnsafeRawBufferPointer(start: base, count: count)
        base += count
        return bytes
    }

    /// Reads a length and that many bytes of UTF-8.
    @inlinable
    public mutating func readString() throws(StateDecodingError) -> String {
        let bytes = try readBytes(try readLength())
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw StateDecodingError(expected: "UTF-8 text", found: "\(bytes.count) bytes that are not")
        }
        return string
    }
}

/// Stored bytes that do not read as the type they should hold.
public struct StateDecodingError: Error, CustomStringConvertible, Sendable {
    /// What should have stood there.
    public let expected: String
    /// What stood there.
    public let found: String

    /// `expected` and `found` are put into the message as they are.
    public init(expected: String, found: String) {
        self.expected = expected
        self.found = found
    }

    /// One sentence.
    public var description: String { "stored state does not decode: expected \(expected), found \(found)" }
}
