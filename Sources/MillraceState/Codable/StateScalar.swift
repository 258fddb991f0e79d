import Foundation
import MillraceTime

/// A type that is stored as a single value in the binary form of `CodableState`, without fields or elements.
protocol StateScalar {
    /// Writes the tag and the payload.
    func writeTagged(into writer: inout ByteWriter)
    /// Reads the value whose tag is at `offset`; `nil` if it is of another kind or out of the type's range.
    static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> Self?
}

extension StateScalar where Self: FixedWidthInteger {
    func writeTagged(into writer: inout ByteWriter) {
        if let value = Int64(exactly: self) {
            if value >= 0, value < 0x80 { return writer.write(StateTag.small | UInt8(truncatingIfNeeded: value)) }
            writer.write(StateTag.integer)
            writer.writeLength(Int((value << 1) ^ (value >> 63)))
        } else if let value = UInt64(exactly: self) {
            writer.write(StateTag.unsigned)
            writer.write(value)
        } else if let value = Int128(exactly: self) {
            writer.write(StateTag.wide)
            writer.write(value)
        } else {
            writer.write(StateTag.wideUnsigned)
            writer.write(UInt128(truncatingIfNeeded: self))
        }
    }

    static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> Self? {
        let tag = try bytes.byte(offset, limit: bytes.count)
        if tag >= StateTag.small { return Self(exactly: tag & 0x7F) }
        switch tag {
        case StateTag.integer:
            var next = offset + 1
            let zigzag = try bytes.number(&next, limit: bytes.count)
            return Self(exactly: Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
        case StateTag.unsigned: return Self(exactly: try bytes.fixed(offset + 1, limit: bytes.count, as: UInt64.self))
        case StateTag.wide: return Self(exactly: try bytes.fixed(offset + 1, limit: bytes.count, as: Int128.self))
        case StateTag.wideUnsigned:
            return Self(exactly: try bytes.fixed(offset + 1, limit: bytes.count, as: UInt128.self))
        default: return nil
        }
    }
}

extension Int: StateScalar {}
extension Int8: StateScalar {}
extension Int16: StateScalar {}
extension Int32: StateScalar {}
extension Int64: StateScalar {}
extension Int128: StateScalar {}
extension UInt: StateScalar {}
extension UInt8: StateScalar {}
extension UInt16: StateScalar {}
extension UInt32: StateScalar {}
extension UInt64: StateScalar {}
extension UInt128: StateScalar {}

extension Bool: StateScalar {
    func writeTagged(into writer: inout ByteWriter) { writer.write(self ? StateTag.true : StateTag.false) }
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> Bool? {
        switch try bytes.byte(offset, limit: bytes.count) {
        case StateTag.false: false
        case StateTag.true: true
        default: nil
        }
    }
}

extension Float: StateScalar {
    func writeTagged(into writer: inout ByteWriter) {
        writer.write(StateTag.float)
        writer.write(bitPattern)
    }
    /// Also reads an integer that the type can represent exactly.
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> Float? {
        guard try bytes.byte(offset, limit: bytes.count) == StateTag.float else {
            return try Int64.read(bytes, at: offset).flatMap { Float(exactly: $0) }
        }
        return Float(bitPattern: try bytes.fixed(offset + 1, limit: bytes.count))
    }
}

extension Double: StateScalar {
    func writeTagged(into writer: inout ByteWriter) {
        writer.write(StateTag.double)
        writer.write(bitPattern)
    }
    /// Also reads a `Float`, and an integer that the type can represent exactly.
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> Double? {
        switch try bytes.byte(offset, limit: bytes.count) {
        case StateTag.double: return Double(bitPattern: try bytes.fixed(offset + 1, limit: bytes.count))
        case StateTag.float: return try Float.read(bytes, at: offset).map { Double($0) }
        default: return try Int64.read(bytes, at: offset).flatMap { Double(exactly: $0) }
        }
    }
}

extension String: StateScalar {
    func writeTagged(into writer: inout ByteWriter) {
        writer.write(StateTag.string)
        writer.write(self)
    }
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> String? {
        guard try bytes.byte(offset, limit: bytes.count) == StateTag.string else { return nil }
        return try bytes.text(try bytes.content(offset, limit: bytes.count))
    }
}

/// Stored as milliseconds since 1970, not as text as in JSON.
extension Timestamp: StateScalar {
    func writeTagged(into writer: inout ByteWriter) { milliseconds.writeTagged(into: &writer) }
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> Timestamp? {
        try Int64.read(bytes, at: offset).map { Timestamp(milliseconds: $0) }
    }
}

extension [UInt8]: StateScalar {
    func writeTagged(into writer: inout ByteWriter) {
        writer.write(StateTag.bytes)
        writer.writeLength(count)
        withUnsafeBytes { writer.write($0) }
    }
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> [UInt8]? {
        guard try bytes.byte(offset, limit: bytes.count) == StateTag.bytes else { return nil }
        return [UInt8](bytes.slice(try bytes.content(offset, limit: bytes.count)))
    }
}

extension Data: StateScalar {
    func writeTagged(into writer: inout ByteWriter) {
        writer.write(StateTag.bytes)
        writer.writeLength(count)
        withUnsafeBytes { writer.write($0) }
    }
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> Data? {
        guard try bytes.byte(offset, limit: bytes.count) == StateTag.bytes else { return nil }
        return Data(bytes.slice(try bytes.content(offset, limit: bytes.count)))
    }
}

/// Stored as 16 bytes in the order of the text form.
extension UUID: StateScalar {
    func writeTagged(into writer: inout ByteWriter) {
        writer.write(StateTag.bytes)
        writer.writeLength(16)
        writer.writeBits(uuid)
    }
    package static func read(_ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> UUID? {
        guard try bytes.byte(offset, limit: bytes.count) == StateTag.bytes else { return nil }
        let content = bytes.slice(try bytes.content(offset, limit: bytes.count))
        guard content.count == 16 else { return nil }
        return UUID(uuid: content.loadUnaligned(as: uuid_t.self))
    }
}
