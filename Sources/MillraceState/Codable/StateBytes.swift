/// The stored bytes of one value, accessed by offset. Every access is checked against a limit: damaged bytes throw an
/// error and never trap.
package struct StateBytes {
    /// The name of a field as it is stored in an object.
    enum FieldName {
        /// An index into the table of names at the end of the value.
        case index(Int)
        /// The range of the bytes that contain the name.
        case text(Range<Int>)
    }

    private let base: UnsafeRawPointer
    /// The number of bytes.
    package let count: Int

    package init(_ bytes: UnsafeRawBufferPointer) {
        // The address of an empty buffer may be nil; any address is suitable for zero bytes.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        count = bytes.count
    }

    /// Returns the byte at `offset`.
    package func byte(_ offset: Int, limit: Int) throws(StateDecodingError) -> UInt8 {
        guard offset >= 0, offset < limit, limit <= count else { throw Self.cutShort }
        return base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Returns the fixed-width little-endian integer at `offset`.
    package func fixed<T: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, limit: Int, as type: T.Type = T.self
    ) throws(StateDecodingError) -> T {
        guard offset >= 0, limit <= count, limit - offset >= MemoryLayout<T>.size else { throw Self.cutShort }
        return T(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// Reads a number in LEB128 and advances `offset` past it.
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

    /// Reads a length in bytes and advances `offset` past it. Throws if the length exceeds `limit`.
    package func length(_ offset: inout Int, limit: Int) throws(StateDecodingError) -> Int {
        let value = try number(&offset, limit: limit)
        guard let length = Int(exactly: value), length <= limit - offset else {
            throw StateDecodingError(expected: "a length of at most \(limit - offset) bytes", found: "\(value)")
        }
        return length
    }

    /// Returns the content of a string, byte string, array or object, without tag and length. `offset` is that of the
    /// tag.
    package func content(_ offset: Int, limit: Int) throws(StateDecodingError) -> Range<Int> {
        var start = offset + 1
        let length = try length(&start, limit: limit)
        return start..<(start + length)
    }

    /// Returns the offset at which the value at `offset` ends.
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

    /// Reads the name of a field and advances `offset` past it, to the field's value.
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

    /// Returns the bytes of `range`, which must have been returned by one of the functions above.
    package func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range beyond the bytes")
        return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// Returns the text in `range`.
    package func text(_ range: Range<Int>) throws(StateDecodingError) -> String {
        guard let text = String(validating: slice(range), as: UTF8.self) else {
            throw StateDecodingError(expected: "UTF-8 text", found: "\(range.count) bytes that are not")
        }
        return text
    }

    private static var cutShort: StateDecodingError {
        StateDecodingError(expected: "more bytes of a value", found: "the end of the bytes")
    }
}
