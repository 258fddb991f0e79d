import MillraceTime

/// A type that a field of a ``SchemaRecord`` can have.
///
/// These conform: integers, `Double`, `Float`, `Decimal`, `Bool`, `String`, ``InlineText``, `UUID`, `Timestamp`, `Date`,
/// records, and optionals, arrays, and dictionaries by `String` of these. An enum with raw values conforms by its raw value:
///
/// ```swift
/// enum Side: String, CaseIterable, FieldValue { case buy, sell }
/// ```
public protocol FieldValue: Sendable {
    /// The type's description.
    static var fieldType: FieldType { get }
    /// Any value, with which a record is made while its fields are described.
    static var placeholder: Self { get }
    /// Reads a value.
    ///
    /// - Parameter reader: The reader, which is before the value.
    /// - Returns: The value.
    /// - Throws: The reader's error if the input has another value.
    static func read(from reader: inout some FieldReader) throws -> Self
    /// Writes the value.
    ///
    /// - Parameter writer: The writer that takes it.
    func write(to writer: inout some FieldWriter)
}

extension FieldValue where Self: FixedWidthInteger & BitwiseCopyable {
    public static var fieldType: FieldType { .integer("\(Self.self)") }
    public static var placeholder: Self { 0 }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> Self { try reader.readInteger() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(integer: self) }
}

extension Int: FieldValue {}
extension Int8: FieldValue {}
extension Int16: FieldValue {}
extension Int32: FieldValue {}
extension Int64: FieldValue {}
extension UInt: FieldValue {}
extension UInt8: FieldValue {}
extension UInt16: FieldValue {}
extension UInt32: FieldValue {}
extension UInt64: FieldValue {}

extension Double: FieldValue {
    public static var fieldType: FieldType { .double }
    public static var placeholder: Double { 0 }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> Double { try reader.readDouble() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(double: self) }
}

extension Float: FieldValue {
    public static var fieldType: FieldType { .float }
    public static var placeholder: Float { 0 }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> Float { try reader.readFloat() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(float: self) }
}

extension Bool: FieldValue {
    public static var fieldType: FieldType { .bool }
    public static var placeholder: Bool { false }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> Bool { try reader.readBool() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(bool: self) }
}

extension String: FieldValue {
    public static var fieldType: FieldType { .string }
    public static var placeholder: String { "" }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> String { try reader.readString() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(string: self) }
}

extension InlineText: FieldValue {
    public static var fieldType: FieldType { .inlineText }
    public static var placeholder: InlineText { InlineText() }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> InlineText { try reader.readInlineText() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(inlineText: self) }
}

extension Timestamp: FieldValue {
    public static var fieldType: FieldType { .timestamp }
    public static var placeholder: Timestamp { Timestamp(milliseconds: 0) }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> Timestamp { try reader.readTimestamp() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(timestamp: self) }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    public static var fieldType: FieldType { .optional(Wrapped.fieldType) }
    public static var placeholder: Wrapped? { nil }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> Wrapped? { try reader.readOptional() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(optional: self) }
}

extension Array: FieldValue where Element: FieldValue {
    public static var fieldType: FieldType { .array(Element.fieldType) }
    public static var placeholder: [Element] { [] }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> [Element] { try reader.readArray() }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(array: self) }
}

extension Dictionary: FieldValue where Key == String, Value: FieldValue {
    public static var fieldType: FieldType { .dictionary(Value.fieldType) }
    public static var placeholder: [String: Value] { [:] }
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> [String: Value] {
        try reader.readDictionary()
    }
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { writer.write(dictionary: self) }
}

extension FieldValue where Self: RawRepresentable & CaseIterable, RawValue: FieldValue {
    /// An enumeration with the type's name and the type of its raw values.
    public static var fieldType: FieldType { .enumeration("\(Self.self)", RawValue.fieldType) }
    /// The first case.
    public static var placeholder: Self {
        guard let first = allCases.first else { preconditionFailure("\(Self.self) has no case") }
        return first
    }
    /// Reads a raw value.
    @inlinable
    @inline(__always)
    public static func read(from reader: inout some FieldReader) throws -> Self {
        let raw = try RawValue.read(from: &reader)
        if let value = Self(rawValue: raw) { return value }
        throw reader.mismatch(Self.self, expected: casesForMessage, found: "\(raw)")
    }
    /// The cases as a message names them: `one of buy, sell`.
    @usableFromInline
    static var casesForMessage: String {
        let names = allCases.prefix(20).map { "\($0.rawValue)" }.joined(separator: ", ")
        return "one of \(names)\(allCases.count > 20 ? ", ..." : "") (\(Self.self))"
    }
    /// Writes the raw value.
    @inlinable
    @inline(__always)
    public func write(to writer: inout some FieldWriter) { rawValue.write(to: &writer) }
}
