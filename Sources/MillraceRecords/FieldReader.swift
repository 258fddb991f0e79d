import Foundation
import MillraceTime

/// Reads the values of a record from a format. Each format has one: CSV, JSON, the binary form of state.
///
/// A format of your own conforms to this protocol, and reads a record with ``RecordReading``. Every method throws an error
/// that says what was expected and found if the input has another value.
///
/// A field type of your own reads its value with the method for the type that it is stored as:
///
/// ```swift
/// struct Percentage: FieldValue {
///     var value: Double
///     static var fieldType: FieldType { .double }
///     static var placeholder: Percentage { Percentage(value: 0) }
///     static func read(from reader: inout some FieldReader) throws -> Percentage {
///         let value = try reader.readDouble()
///         if (0...100).contains(value) { return Percentage(value: value) }
///         throw reader.mismatch(Percentage.self, expected: "a number from 0 to 100", found: "\(value)")
///     }
///     func write(to writer: inout some FieldWriter) { writer.write(double: value) }
/// }
/// ```
public protocol FieldReader {
    /// Reads the value of the field `name` of the present record, which has to be there unless it is optional.
    mutating func readField<Value: FieldValue>(_ name: StaticString) throws -> Value
    /// Reads the value of the field `name`, or returns `default` if it is not there or has no value.
    mutating func readField<Value: FieldValue>(_ name: StaticString, default: () -> Value) throws -> Value

    /// Reads an integer.
    mutating func readInteger<T: FixedWidthInteger & BitwiseCopyable & Sendable>() throws -> T
    /// Reads a number.
    mutating func readDouble() throws -> Double
    /// Reads a number.
    mutating func readFloat() throws -> Float
    /// Reads a truth value.
    mutating func readBool() throws -> Bool
    /// Reads text.
    mutating func readString() throws -> String
    /// Reads text of at most 15 bytes.
    mutating func readInlineText() throws -> InlineText
    /// Reads a point in time.
    mutating func readTimestamp() throws -> Timestamp
    /// Reads a date. Default: the point in time, to the millisecond.
    mutating func readDate() throws -> Date
    /// Reads the text of a number, with all its digits. Default: text.
    mutating func readNumberText() throws -> String
    /// Reads a value that may be missing.
    mutating func readOptional<Value: FieldValue>() throws -> Value?
    /// Reads a list.
    mutating func readArray<Element: FieldValue>() throws -> [Element]
    /// Reads values by name.
    mutating func readDictionary<Value: FieldValue>() throws -> [String: Value]
    /// Reads a record within the record.
    mutating func readRecord<Value: SchemaRecord>() throws -> Value
    /// The error for a value that was read, and is not what was expected.
    ///
    /// - Parameters:
    ///   - type: The type that was expected.
    ///   - expected: What was expected, as a phrase for the message.
    ///   - found: The value that was read.
    func mismatch<Value: FieldValue>(_ type: Value.Type, expected: String, found: String) -> any Error
}

extension FieldReader {
    /// Reads the point in time.
    public mutating func readDate() throws -> Date {
        Date(timeIntervalSince1970: Double(try readTimestamp().milliseconds) / 1000)
    }

    /// Reads text.
    public mutating func readNumberText() throws -> String { try readString() }
}

/// Writes the values of a record in a format. A format of your own conforms to this protocol, and writes a record with
/// ``RecordWriting``.
///
/// A field type of your own writes its value with the method for the type that it is stored as:
///
/// ```swift
/// struct Price: FieldValue {
///     var cents: Int
///     static var fieldType: FieldType { .integer("Int") }
///     static var placeholder: Price { Price(cents: 0) }
///     static func read(from reader: inout some FieldReader) throws -> Price { try Price(cents: reader.readInteger()) }
///     func write(to writer: inout some FieldWriter) { writer.write(integer: cents) }
/// }
/// ```
public protocol FieldWriter {
    /// Begins the field `name`, whose value is written next.
    mutating func begin(field name: StaticString)

    /// Writes an integer.
    mutating func write<T: FixedWidthInteger & BitwiseCopyable & Sendable>(integer: T)
    /// Writes a number.
    mutating func write(double: Double)
    /// Writes a number.
    mutating func write(float: Float)
    /// Writes a truth value.
    mutating func write(bool: Bool)
    /// Writes text.
    mutating func write(string: String)
    /// Writes text of at most 15 bytes.
    mutating func write(inlineText: InlineText)
    /// Writes a point in time.
    mutating func write(timestamp: Timestamp)
    /// Writes a date. Default: as a point in time, rounded down to the millisecond.
    mutating func write(date: Date)
    /// Writes the text of a number. Default: as text.
    mutating func write(numberText: String)
    /// Writes a value that may be missing.
    mutating func write<Value: FieldValue>(optional: Value?)
    /// Writes a list.
    mutating func write<Element: FieldValue>(array: [Element])
    /// Writes values by name.
    mutating func write<Value: FieldValue>(dictionary: [String: Value])
    /// Writes a record within the record.
    mutating func write<Value: SchemaRecord>(record: Value)
}

extension FieldWriter {
    /// Writes a point in time.
    public mutating func write(date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded(.down)
        write(timestamp: Int64(exactly: milliseconds).map(Timestamp.init(milliseconds:)) ?? .distantFuture)
    }

    /// Writes text.
    public mutating func write(numberText: String) { write(string: numberText) }
}
