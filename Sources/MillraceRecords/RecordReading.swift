/// The visitor that reads a record's fields from a format.
///
/// A decoder of your own gives it the reader of its format:
///
/// ```swift
/// func decode<Record: SchemaRecord>(_ type: Record.Type, with reader: inout some FieldReader) throws -> Record {
///     var visitor = RecordReading(reader, as: type)
///     defer { reader = visitor.reader }
///     return try Record.schema(&visitor)
/// }
/// ```
@frozen
public struct RecordReading<Record, Reader: FieldReader>: FieldVisitor {
    /// The reader, which is after the record once `schema` has returned.
    public var reader: Reader

    /// Creates a visitor that reads from `reader`.
    @inlinable
    @inline(__always)
    public init(_ reader: Reader, as type: Record.Type = Record.self) { self.reader = reader }

    /// Reads a field.
    @inlinable
    @inline(__always)
    public mutating func field<Value: FieldValue>(
        _ name: StaticString, _ path: KeyPath<Record, Value>
    ) throws -> Value {
        try reader.readField(name)
    }

    /// Reads a field, or returns its default.
    @inlinable
    @inline(__always)
    public mutating func field<Value: FieldValue>(
        _ name: StaticString, _ path: KeyPath<Record, Value>, default: @autoclosure () -> Value
    ) throws -> Value {
        try reader.readField(name, default: `default`)
    }
}

/// The visitor that writes a record's fields in a format.
///
/// An encoder of your own gives it the writer of its format:
///
/// ```swift
/// func encode<Record: SchemaRecord>(_ record: Record, with writer: inout some FieldWriter) throws {
///     try withUnsafePointer(to: record) { record in
///         var visitor = RecordWriting(record, to: writer)
///         _ = try Record.schema(&visitor)
///         writer = visitor.writer
///     }
/// }
/// ```
@frozen
public struct RecordWriting<Record, Writer: FieldWriter>: FieldVisitor {
    @usableFromInline let record: UnsafePointer<Record>
    /// The writer, which is after the record once `schema` has returned.
    public var writer: Writer

    /// Creates a visitor that writes the record at `record`, which has to outlive it.
    @inlinable
    @inline(__always)
    public init(_ record: UnsafePointer<Record>, to writer: Writer) {
        self.record = record
        self.writer = writer
    }

    /// Writes a field.
    @inlinable
    @inline(__always)
    public mutating func field<Value: FieldValue>(
        _ name: StaticString, _ path: KeyPath<Record, Value>
    ) throws -> Value {
        let value = record.pointee[keyPath: path]
        writer.begin(field: name)
        value.write(to: &writer)
        return value
    }

    /// Writes a field.
    @inlinable
    @inline(__always)
    public mutating func field<Value: FieldValue>(
        _ name: StaticString, _ path: KeyPath<Record, Value>, default: @autoclosure () -> Value
    ) throws -> Value {
        try field(name, path)
    }
}

extension SchemaRecord {
    /// Reads the record with `reader`.
    @inlinable
    @inline(__always)
    public static func read<Reader: FieldReader>(fieldsFrom reader: inout Reader) throws -> Self {
        var visitor = RecordReading<Self, Reader>(reader)
        defer { reader = visitor.reader }
        return try schema(&visitor)
    }

    /// Writes the record with `writer`.
    @inlinable
    @inline(__always)
    public func write<Writer: FieldWriter>(fieldsTo writer: inout Writer) {
        withUnsafePointer(to: self) { record in
            var visitor = RecordWriting(record, to: writer)
            do { _ = try Self.schema(&visitor) } catch {
                // Writing visitors throw nothing: `schema` itself does, which its documentation forbids.
                preconditionFailure("\(Self.self).schema throws an error of its own: \(error)")
            }
            writer = visitor.writer
        }
    }
}
