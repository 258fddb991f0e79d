import Foundation
import MillraceRecords
import MillraceTime

/// Reads the fields of a record from state: one after the other, without names.
@frozen
@usableFromInline
struct StateFieldReader: FieldReader {
    @usableFromInline var bytes: ByteReader

    @inlinable
    @inline(__always)
    init(_ bytes: ByteReader) { self.bytes = bytes }

    @inlinable
    @inline(__always)
    mutating func readField<Value: FieldValue>(_ name: StaticString) throws -> Value { try Value.read(from: &self) }

    @inlinable
    @inline(__always)
    mutating func readField<Value: FieldValue>(_ name: StaticString, default: () -> Value) throws -> Value {
        try Value.read(from: &self)
    }

    @inlinable
    @inline(__always)
    mutating func readInteger<T: FixedWidthInteger & BitwiseCopyable & Sendable>() throws -> T { try bytes.read() }

    @inlinable
    @inline(__always)
    mutating func readDouble() throws -> Double { Double(bitPattern: try bytes.read()) }

    @inlinable
    @inline(__always)
    mutating func readFloat() throws -> Float { Float(bitPattern: try bytes.read()) }

    @inlinable
    mutating func readBool() throws -> Bool { try Bool.decode(from: &bytes) }

    @inlinable
    mutating func readString() throws -> String { try bytes.readString() }

    @inlinable
    mutating func readInlineText() throws -> InlineText { try InlineText.decode(from: &bytes) }

    @inlinable
    @inline(__always)
    mutating func readTimestamp() throws -> Timestamp { Timestamp(milliseconds: try bytes.read()) }

    @inlinable
    mutating func readDate() throws -> Date { Date(timeIntervalSinceReferenceDate: try readDouble()) }

    @inlinable
    @inline(__always)
    mutating func readOptional<Value: FieldValue>() throws -> Value? {
        try readBool() ? try Value.read(from: &self) : nil
    }

    @inlinable
    mutating func readArray<Element: FieldValue>() throws -> [Element] {
        let count = try bytes.readLength()
        var elements: [Element] = []
        // A damaged length must not allocate all memory.
        elements.reserveCapacity(min(count, 4096))
        for _ in 0..<count { elements.append(try Element.read(from: &self)) }
        return elements
    }

    @inlinable
    mutating func readDictionary<Value: FieldValue>() throws -> [String: Value] {
        let count = try bytes.readLength()
        var entries: [String: Value] = [:]
        entries.reserveCapacity(min(count, 4096))
        for _ in 0..<count {
            let key = try bytes.readString()
            entries[key] = try Value.read(from: &self)
        }
        return entries
    }

    @inlinable
    @inline(__always)
    mutating func readRecord<Value: SchemaRecord>() throws -> Value { try Value.read(fieldsFrom: &self) }

    @usableFromInline
    func mismatch<Value: FieldValue>(_ type: Value.Type, expected: String, found: String) -> any Error {
        StateDecodingError(expected: expected, found: found)
    }
}

/// Writes the fields of a record into state.
///
/// It holds the address of the writer, which is not copyable, so it must not outlive the call that it was made for.
@frozen
@usableFromInline
struct StateFieldWriter: FieldWriter {
    @usableFromInline let bytes: UnsafeMutablePointer<ByteWriter>

    @inlinable
    @inline(__always)
    init(_ bytes: UnsafeMutablePointer<ByteWriter>) { self.bytes = bytes }

    @inlinable
    @inline(__always)
    mutating func begin(field name: StaticString) {}

    @inlinable
    @inline(__always)
    mutating func write<T: FixedWidthInteger & BitwiseCopyable & Sendable>(integer: T) { bytes.pointee.write(integer) }

    @inlinable
    @inline(__always)
    mutating func write(double: Double) { bytes.pointee.write(double.bitPattern) }

    @inlinable
    @inline(__always)
    mutating func write(float: Float) { bytes.pointee.write(float.bitPattern) }

    @inlinable
    @inline(__always)
    mutating func write(bool: Bool) { bytes.pointee.write(UInt8(bool ? 1 : 0)) }

    @inlinable
    mutating func write(string: String) { bytes.pointee.write(string) }

    @inlinable
    mutating func write(inlineText: InlineText) { inlineText.encode(into: &bytes.pointee) }

    @inlinable
    @inline(__always)
    mutating func write(timestamp: Timestamp) { bytes.pointee.write(timestamp.milliseconds) }

    @inlinable
    mutating func write(date: Date) { write(double: date.timeIntervalSinceReferenceDate) }

    @inlinable
    @inline(__always)
    mutating func write<Value: FieldValue>(optional: Value?) {
        write(bool: optional != nil)
        optional?.write(to: &self)
    }

    @inlinable
    mutating func write<Element: FieldValue>(array: [Element]) {
        bytes.pointee.writeLength(array.count)
        for element in array { element.write(to: &self) }
    }

    /// Writes the entries in the order of their keys' bytes, so that equal dictionaries have equal bytes.
    @inlinable
    mutating func write<Value: FieldValue>(dictionary: [String: Value]) {
        bytes.pointee.writeLength(dictionary.count)
        for (key, value) in dictionary.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            bytes.pointee.write(key)
            value.write(to: &self)
        }
    }

    @inlinable
    @inline(__always)
    mutating func write<Value: SchemaRecord>(record: Value) { record.write(fieldsTo: &self) }
}
