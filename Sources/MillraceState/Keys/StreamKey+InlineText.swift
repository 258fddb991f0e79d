import MillraceRecords

// Short texts, as keys and as state. Hash and stored form are those of `String`, so that one can take the other's place.

extension InlineText: StreamKey, StateValue {
    public typealias Remainder = InlineText
    public static var stateSchema: String { String.stateSchema }

    @inlinable
    public var frozenHash: UInt64 { FrozenHash.shortText(low, high & 0x00ff_ffff_ffff_ffff, count: utf8Count) }

    @inlinable
    public func encode(into writer: inout ByteWriter) {
        writer.reserve(17)
        writer.write(UInt8(truncatingIfNeeded: utf8Count))
        withUTF8 { writer.write(UnsafeRawBufferPointer($0)) }
    }

    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> InlineText {
        let bytes = try reader.readBytes(try reader.readLength())
        guard let text = InlineText(validating: bytes) else {
            throw StateDecodingError(
                expected: "UTF-8 text of at most \(InlineText.capacity) bytes", found: "\(bytes.count) bytes")
        }
        return text
    }
}
