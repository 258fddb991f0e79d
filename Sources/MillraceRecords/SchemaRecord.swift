/// A struct that lists its fields once, so that formats and state read and write it without `Codable`.
///
/// ```swift
/// struct Flight: SchemaRecord {
///     let year: Int
///     let departureDelay: Double?
///     let origin: InlineText
///
///     static func schema(_ record: inout some FieldVisitor<Flight>) throws -> Flight {
///         try Flight(
///             year: record.field("year", \.year),
///             departureDelay: record.field("dep_delay", \.departureDelay),
///             origin: record.field("origin", \.origin))
///     }
/// }
/// ```
///
/// From this, CSV, JSON and the binary form of state are compiled for the type: reading or writing a field takes a few
/// nanoseconds, where `Codable` takes a hundred. The same function is called for reading (a field is read from the input),
/// for writing (a field is taken from the record at the key path) and for describing the record (``RecordDescription``).
///
/// `schema` has to visit the same fields in the same order at every call, and nothing else may depend on it: it calls
/// `field` and the initializer. A field can be of any ``FieldValue`` type, among them other records.
public protocol SchemaRecord: FieldValue {
    /// Visits each field once and returns the record made of their values.
    ///
    /// - Parameter record: The visitor, whose ``FieldVisitor/field(_:_:)`` returns the value of a field.
    /// - Returns: The record made of the values.
    /// - Throws: The errors of the visitor.
    static func schema(_ record: inout some FieldVisitor<Self>) throws -> Self
}

extension SchemaRecord {
    /// A record with the name of the type and its fields.
    public static var fieldType: FieldType { .record(RecordDescription(of: Self.self)) }
    /// The record whose fields are placeholders.
    public static var placeholder: Self {
        var describing = RecordDescribing<Self>()
        do { return try schema(&describing) } catch {
            preconditionFailure("\(Self.self).schema throws an error of its own: \(error)")
        }
    }
    /// Reads the fields one after the other.
    @inlinable
    public static func read(from reader: inout some FieldReader) throws -> Self { try reader.readRecord() }
    /// Writes the fields one after the other.
    @inlinable
    public func write(to writer: inout some FieldWriter) { writer.write(record: self) }
}

/// What a record's ``SchemaRecord/schema(_:)`` tells of its fields: a reader, a writer or a description.
///
/// ```swift
/// struct Flight: SchemaRecord {
///     var carrier: String
///     var delay: Double
///     static func schema(_ record: inout some FieldVisitor<Flight>) throws -> Flight {
///         try Flight(
///             carrier: record.field("carrier", \.carrier), delay: record.field("dep_delay", \.delay, default: 0))
///     }
/// }
/// ```
public protocol FieldVisitor<Record> {
    /// The type of the record.
    associatedtype Record

    /// Visits a field that has to have a value, unless its type is optional.
    ///
    /// - Parameters:
    ///   - name: The name of the field in files, messages and stored state.
    ///   - path: The property of the field.
    /// - Returns: The value that the record has, or gets, at `path`.
    /// - Throws: When reading, an error that says what was expected, if the input has no such value.
    mutating func field<Value: FieldValue>(_ name: StaticString, _ path: KeyPath<Record, Value>) throws -> Value

    /// Visits a field with a default, which a record gets if the input has no such field, or no value in it.
    ///
    /// - Parameters:
    ///   - name: The name of the field in files, messages and stored state.
    ///   - path: The property of the field.
    ///   - default: The value where the input has none.
    /// - Returns: The value that the record has, or gets, at `path`.
    /// - Throws: When reading, an error that says what was expected, if the input has another value.
    mutating func field<Value: FieldValue>(
        _ name: StaticString, _ path: KeyPath<Record, Value>, default: @autoclosure () -> Value
    ) throws -> Value
}
