/// Text of at most 15 bytes of UTF-8, held in 16 bytes without memory of its own.
///
/// Short codes, such as an airport or a currency, are compared, hashed and copied in a nanosecond, without reference
/// counts, where `String` takes ten to forty.
///
/// ```swift
/// let origin: InlineText = "JFK"
/// let given = "a text that is longer"
/// print(origin.string.lowercased(), InlineText(given) == nil)
/// ```
///
/// Two texts are equal if their bytes are. As a key of a stream it is stored as `String` is: a pipeline can change from
/// one to the other and keep its state, if no key is longer.
@frozen
public struct InlineText: Hashable, Sendable, BitwiseCopyable {
    /// The first 8 bytes, the first of them lowest; zeros after the text.
    @usableFromInline package var low: UInt64
    /// The next 7 bytes, and the length in the highest.
    @usableFromInline package var high: UInt64

    /// The most bytes of UTF-8 that fit: 15.
    public static var capacity: Int { 15 }

    /// Creates an empty text.
    @inlinable
    public init() { (low, high) = (0, 0) }

    @inlinable
    @inline(__always)
    package init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

    /// Creates a text; `nil` if it has more than 15 bytes of UTF-8.
    @inlinable
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 15 else { return nil }
        self.init()
        var index = 0
        for byte in text.utf8 {
            if index < 8 {
                low |= UInt64(byte) << UInt64(index * 8)
            } else {
                high |= UInt64(byte) << UInt64(index * 8 - 64)
            }
            index += 1
        }
        high |= UInt64(index) << 56
    }

    /// Creates a text from bytes; `nil` if they are more than 15 or not UTF-8.
    @inlinable
    public init?(validating bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= 15 else { return nil }
        self.init()
        var seen: UInt8 = 0
        for (index, byte) in bytes.enumerated() {
            if index < 8 {
                low |= UInt64(byte) << UInt64(index * 8)
            } else {
                high |= UInt64(byte) << UInt64(index * 8 - 64)
            }
            seen |= byte
        }
        if seen >= 0x80, String(validating: bytes, as: UTF8.self) == nil { return nil }
        high |= UInt64(bytes.count) << 56
    }

    /// Creates a text from the `count` bytes at `start`, of which 16 may be read. They have to be at most 15, and UTF-8.
    @inlinable
    @inline(__always)
    package init(padded start: UnsafeRawPointer, count: Int) {
        let low = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
        let high = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let bits = UInt64(truncatingIfNeeded: count) &* 8
        // Smart shifts: by 64 or more gives zero.
        let lowMask: UInt64 = bits >= 64 ? .max : (1 &<< bits) &- 1
        let highMask: UInt64 = bits > 64 ? (1 &<< (bits &- 64)) &- 1 : 0
        self.init(low: low & lowMask, high: high & highMask | UInt64(truncatingIfNeeded: count) &<< 56)
    }

    /// The number of bytes of UTF-8. (Whatever bits a value was made of: bytes of memory are not checked to be a text.)
    @inlinable
    public var utf8Count: Int { min(Int(truncatingIfNeeded: high &>> 56), 15) }

    /// The text as a `String`.
    @inlinable
    public var string: String { withUTF8 { String(decoding: $0, as: UTF8.self) } }

    /// Calls `body` with the bytes of the text, which are valid during the call only.
    @inlinable
    public func withUTF8<R, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
        let words = (low.littleEndian, high.littleEndian)
        let count = utf8Count
        return try withUnsafePointer(to: words) { (place) throws(E) -> R in
            let bytes = UnsafeRawPointer(place).assumingMemoryBound(to: UInt8.self)
            return try body(UnsafeBufferPointer(start: bytes, count: count))
        }
    }
}

extension InlineText: Comparable {
    /// Orders texts by their bytes.
    @inlinable
    public static func < (left: InlineText, right: InlineText) -> Bool {
        let (leftLow, rightLow) = (left.low.byteSwapped, right.low.byteSwapped)
        if leftLow != rightLow { return leftLow < rightLow }
        let (leftHigh, rightHigh) = ((left.high &<< 8).byteSwapped, (right.high &<< 8).byteSwapped)
        if leftHigh != rightHigh { return leftHigh < rightHigh }
        return left.utf8Count < right.utf8Count
    }
}

extension InlineText: CustomStringConvertible, CustomDebugStringConvertible, LosslessStringConvertible {
    /// The text.
    public var description: String { string }
    /// The text in quotes.
    public var debugDescription: String { string.debugDescription }
    /// Creates a text; `nil` if it has more than 15 bytes of UTF-8.
    public init?(_ description: String) { self.init(description[...]) }
}

extension InlineText: ExpressibleByStringLiteral {
    /// Creates a text from a literal, which must have at most 15 bytes of UTF-8.
    public init(stringLiteral value: String) {
        guard let text = InlineText(value[...]) else {
            preconditionFailure(
                "the literal \(value.debugDescription) has more than 15 bytes: an InlineText is too short")
        }
        self = text
    }
}

extension InlineText: Codable {
    /// Decodes a string of at most 15 bytes.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = InlineText(text[...]) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected a text of at most 15 bytes, found \(text.utf8.count)"))
        }
        self = value
    }
    /// Encodes the text as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }
}
