/// Stored bytes of one value, walked by offset. Every step is checked against a limit: damage throws, it never traps.
package struct StateBytes {
    /// How an object names a field.
    enum FieldName {
        /// By its place in the table of names at the end of the value.
        case index(Int)
        /// By the text in these bytes.
        case text(Range<Int>)
    }

    private let base: UnsafeRawPointer
    /// Bytes that may be read.
    package let count: Int

    package init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; any address will do for zero bytes.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        count = bytes.count
    }

    /// The byte at `offset`.
    package func byte(_ offset: Int, limit: Int) throws(StateDecodingError) -> UInt8 {
        guard offset >= 0, offset < limit, limit <= count else { throw Self.cutShort }
        return base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// A fixed-width integer, little-endian.
    package func fixed<T: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, limit: Int, as type: T.Type = T.self
    ) throws(StateDecodingError) -> T {
        guard offset >= 0, limit <= count, limit - offset >= MemoryLayout<T>.size else { throw Self.cutShort }
        return T(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// A LEB128 number; moves `offset` behind it.
    package func number(_ offset: inout Int, limit: Int) throws(StateDecodingError) -> UInt64 {
        let first = try byte(offset, limit: limit)
        offset += 1
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let next = try byte(offset, limit: limit)
            offset += 1
            guard shift < 63 || next <= 1 else {
                throw StateDecodingError(expected: "a number of at most 64 bits", found: "a longer one")
            }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    /// A length in bytes that ends at `limit` or before; moves `offset` behind the number.
    package func length(_ offset: inout Int, limit: Int) throws(StateDecodingError) -> Int {
        let value = try number(&offset, limit: limit)
        guard let length = Int(exactly: value), length <= limit - offset else {
            throw StateDecodingError(expected: "a length of at most \(limit - offset) bytes", found: "\(value)")
        }
        return length
    }

    /// The bytes of a string, byte string, array or object without tag and length. `offset` is that of the tag.
    package func content(_ offset: Int, limit: Int) throws(StateDecodingError) -> Range<Int> {
        var start = offset + 1
        let length = try length(&start, limit: limit)
        return start..<(start + length)
    }

    /// Where the value at `offset` ends.
    package func end(ofValueAt offset: Int, limit: Int) throws(StateDecodingError) -> Int {
        let tag = try byte(offset, limit: limit)
        if tag >= StateTag.small { return offset + 1 }
        let end: Int
        switch tag {
        case StateTag.null, StateTag.false, StateTag.true: return offset + 1
        case StateTag.integer:
            var next = offset + 1
            _ = try number(&next, limit: limit)
            return next
        case StateTag.string, StateTag.bytes, StateTag.array, StateTag.object:
            return try content(offset, limit: limit).upperBound
        case StateTag.float: end = offset + 5
        case StateTag.unsigned, StateTag.double: end = offset + 9
        case StateTag.wide, StateTag.wideUnsigned: end = offset + 17
        default: throw StateDecodingError(expected: "a value", found: "the byte \(tag)")
        }
        guard end <= limit else { throw Self.cutShort }
        return end
    }

    /// The name of a field; moves `offset` behind it, to the field's value.
    func fieldName(_ offset: inout Int, limit: Int) throws(StateDecodingError) -> FieldName {
        let number = try number(&offset, limit: limit)
        guard let half = Int(exactly: number >> 1) else { throw Self.cutShort }
        if number & 1 == 0 { return .index(half) }
        guard half <= limit - offset else {
            throw StateDecodingError(expected: "a name of at most \(limit - offset) bytes", found: "\(half)")
        }
        let start = offset
        offset += half
        return .text(start..<offset)
    }

    /// The bytes of `range`, which must have come from one of the functions above.
    package func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range beyond the bytes")
        return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// The text of `range`.
    package func text(_ range: Range<Int>) throws(StateDecodingError) -> String {
        guard let text = String(validating: slice(range), as: UTF8.self) else {
            throw StateDecodingError(expected: "UTF-8 text", found: "\(range.count) bytes that are not")
        }
        return text
    }

    private static var cutShort: StateDecodingError {
        StateDecodingError(expected: "more bytes of a value", found: "their end")
    }
}
