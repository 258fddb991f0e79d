import Foundation
import Millrace

/// Reads the fields of a row of CSV for a `SchemaRecord`: each from the column that was found for it in the header.
///
/// In a plain row the positions of the fields are those of the separators (`ends`). A row with quotes, or one that is
/// malformed, is split by `CSVRow`, and read from its fields; only then errors have texts.
@frozen
@usableFromInline
struct CSVFieldReader: FieldReader {
    /// Why a plain row is read again by way of `CSVRow`.
    @usableFromInline
    enum Irregular: Error { case value }

    /// The first byte of the row; 16 bytes after each field can be read.
    @usableFromInline let base: UnsafeRawPointer
    /// The end of each field of a plain row, from the start of the row. The place before the first says -1.
    @inlinable var ends: UnsafeMutablePointer<Int32> { columns.ends }
    @usableFromInline let columns: CSVColumns
    /// The row if it was split by `CSVRow`. Outlives the reader.
    @usableFromInline let row: Unmanaged<CSVRow>?
    /// The number of fields of the record that have been read.
    @usableFromInline var field = 0
    @usableFromInline var column = -1
    @usableFromInline var start: UnsafeRawPointer
    @usableFromInline var count = 0

    @inlinable
    @inline(__always)
    init(base: UnsafeRawPointer, columns: CSVColumns, row: Unmanaged<CSVRow>?) {
        (self.base, self.columns, self.row) = (base, columns, row)
        start = base
    }

    /// Goes on to the next field of the record. Returns whether the file has a column for it.
    @inlinable
    @inline(__always)
    mutating func next(_ name: StaticString) throws -> Bool {
        if field >= columns.fields || columns.names[field] != name.utf8Start { try checkField(name) }
        column = Int(truncatingIfNeeded: columns.ofFields[field])
        field &+= 1
        guard column >= 0 else { return false }
        if row == nil {
            let first = Int(truncatingIfNeeded: ends[column &- 1]) &+ 1
            start = base + first
            count = Int(truncatingIfNeeded: ends[column]) &- first
        } else {
            splitField()
        }
        return true
    }

    @usableFromInline
    @inline(never)
    func checkField(_ name: StaticString) throws {
        try columns.missing.row.takeUnretainedValue().checkField(field, name)
    }

    @usableFromInline
    @inline(never)
    mutating func splitField() {
        guard let row else { return }
        let bytes = row.takeUnretainedValue().split(column)
        (start, count) = (bytes.baseAddress ?? base, bytes.count)
    }

    @inlinable
    @inline(__always)
    var isMissing: Bool { columns.missing.contains(start, count) }

    @inlinable
    @inline(__always)
    mutating func readField<Value: FieldValue>(_ name: StaticString) throws -> Value {
        if try next(name) { return try Value.read(from: &self) }
        return try absent()
    }

    @inlinable
    @inline(__always)
    mutating func readField<Value: FieldValue>(_ name: StaticString, default: () -> Value) throws -> Value {
        if try next(name), !isMissing { return try Value.read(from: &self) }
        return `default`()
    }

    /// The value of a field without a column. That the field is optional was seen when the header was read.
    @inlinable
    @inline(never)
    mutating func absent<Value: FieldValue>() throws -> Value {
        column = -1
        return try Value.read(from: &self)
    }

    @inlinable
    @inline(__always)
    mutating func readOptional<Value: FieldValue>() throws -> Value? {
        if column < 0 || isMissing { return nil }
        return try Value.read(from: &self)
    }

    @inlinable
    @inline(__always)
    mutating func readInteger<T: FixedWidthInteger & BitwiseCopyable & Sendable>() throws -> T {
        if !isMissing, let value = DecimalDigits.small(start, count: count), let exact = T(exactly: value) {
            return exact
        }
        return try longInteger()
    }

    @usableFromInline
    @inline(never)
    func longInteger<T: FixedWidthInteger & BitwiseCopyable & Sendable>() throws -> T {
        if !isMissing, let value = NumberText.integer(bytes, as: T.self) { return value }
        throw mismatch(T.self)
    }

    @inlinable
    @inline(__always)
    mutating func readDouble() throws -> Double {
        if !isMissing, let value = DecimalDigits.small(start, count: count), value != 0 { return Double(value) }
        return try longDouble()
    }

    @usableFromInline
    @inline(never)
    func longDouble() throws -> Double {
        if !isMissing, let value = NumberText.double(bytes) { return value }
        throw mismatch(Double.self)
    }

    @usableFromInline
    mutating func readFloat() throws -> Float {
        if !isMissing, let value = NumberText.float(bytes) { return value }
        throw mismatch(Float.self)
    }

    @usableFromInline
    mutating func readBool() throws -> Bool {
        if !isMissing, let value = NumberText.bool(bytes) { return value }
        throw mismatch(Bool.self)
    }

    @inlinable
    mutating func readString() throws -> String {
        if isMissing { throw mismatch(String.self) }
        if row != nil { return splitText() }
        return String(decoding: bytes, as: UTF8.self)
    }

    @inlinable
    @inline(__always)
    mutating func readInlineText() throws -> InlineText {
        if row == nil, !isMissing, count <= 15 { return InlineText(padded: start, count: count) }
        return try unusualInlineText()
    }

    @usableFromInline
    @inline(never)
    func unusualInlineText() throws -> InlineText {
        if isMissing { throw mismatch(String.self) }
        if let text = InlineText(splitText()[...]) { return text }
        throw mismatch(InlineText.self, expected: "a text of at most \(InlineText.capacity) bytes")
    }

    @usableFromInline
    mutating func readTimestamp() throws -> Timestamp {
        if !isMissing, let time = CSVRow.timestamp(bytes) { return time }
        throw mismatch(Timestamp.self, expected: CSVRow.expectedTime)
    }

    @usableFromInline
    mutating func readDate() throws -> Date {
        if !isMissing, let time = Timestamp(iso8601: bytes) {
            return Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
        }
        throw mismatch(Date.self, expected: "Date (ISO 8601)")
    }

    @usableFromInline
    mutating func readArray<Element: FieldValue>() throws -> [Element] { throw mismatch([Element].self) }

    @usableFromInline
    mutating func readDictionary<Value: FieldValue>() throws -> [String: Value] {
        throw mismatch([String: Value].self)
    }

    @usableFromInline
    mutating func readRecord<Value: SchemaRecord>() throws -> Value { throw mismatch(Value.self) }

    @inlinable
    @inline(__always)
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// The text of the field, with doubled quotes taken as one.
    @usableFromInline
    @inline(never)
    func splitText() -> String {
        row?.takeUnretainedValue().text(column) ?? String(decoding: bytes, as: UTF8.self)
    }

    @usableFromInline
    func mismatch<Value: FieldValue>(_ type: Value.Type, expected: String, found: String) -> any Error {
        mismatch(type, expected: expected)
    }

    @usableFromInline
    @inline(never)
    func mismatch<T>(_ type: T.Type, expected: String = "\(T.self)") -> any Error {
        guard let row else { return Irregular.value }
        return row.takeUnretainedValue().mismatch(column, type, expected: expected)
    }
}
