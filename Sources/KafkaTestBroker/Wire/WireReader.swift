import NIOCore

/// Reads Kafka's wire types from a request. `flexible` requests have compact lengths and tagged fields.
package struct WireReader {
    private var buffer: ByteBuffer
    package var isFlexible: Bool

    package init(_ buffer: ByteBuffer, flexible: Bool = false) {
        self.buffer = buffer
        isFlexible = flexible
    }

    package var remaining: Int { buffer.readableBytes }

    package mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
        guard let value = buffer.readInteger(as: T.self) else { throw WireError("\(T.self)", remaining) }
        return value
    }

    package mutating func bool() throws -> Bool { try integer(Int8.self) != 0 }

    package mutating func unsignedVarint() throws -> UInt32 {
        var result: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 28, by: 7) {
            let byte: UInt8 = try integer()
            result |= UInt32(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return result }
        }
        throw WireError("a varint of at most five bytes", remaining)
    }

    /// Reads a length; -1 for null.
    private mutating func length(short: Bool) throws -> Int {
        if isFlexible { return Int(try unsignedVarint()) - 1 }
        return short ? Int(try integer(Int16.self)) : Int(try integer(Int32.self))
    }

    package mutating func nullableString() throws -> String? {
        let length = try length(short: true)
        if length < 0 { return nil }
        guard let text = buffer.readString(length: length) else { throw WireError("a string of \(length)", remaining) }
        return text
    }

    package mutating func string() throws -> String {
        guard let text = try nullableString() else { throw WireError("a string, not null", remaining) }
        return text
    }

    package mutating func nullableBytes() throws -> ByteBuffer? {
        let length = try length(short: false)
        if length < 0 { return nil }
        guard let slice = buffer.readSlice(length: length) else { throw WireError("\(length) bytes", remaining) }
        return slice
    }

    package mutating func bytes() throws -> ByteBuffer { try nullableBytes() ?? ByteBuffer() }

    /// Reads an array, whose elements are read by `element`; `nil` for null.
    package mutating func nullableArray<T>(_ element: (inout WireReader) throws -> T) throws -> [T]? {
        let count = try length(short: false)
        if count < 0 { return nil }
        guard count <= remaining else { throw WireError("an array of \(count)", remaining) }
        var elements: [T] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    package mutating func array<T>(_ element: (inout WireReader) throws -> T) throws -> [T] {
        try nullableArray(element) ?? []
    }

    /// Skips the tagged fields of a flexible request.
    package mutating func tags() throws {
        guard isFlexible else { return }
        for _ in 0..<(try unsignedVarint()) {
            _ = try unsignedVarint()
            let size = Int(try unsignedVarint())
            guard buffer.readSlice(length: size) != nil else { throw WireError("a tagged field of \(size)", remaining) }
        }
    }
}

/// A request that does not conform to its version's format.
package struct WireError: Error, CustomStringConvertible {
    package let description: String

    package init(_ expected: String, _ remaining: Int) {
        description = "expected \(expected), \(remaining) bytes are left"
    }

    package init(_ text: String) { description = text }
}
