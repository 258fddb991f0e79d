/// What a record consists of: names and types, in the order of its schema.
///
/// ```swift
/// let description = RecordDescription(of: Arrival.self)
/// let header = description.fields.map(\.name).joined(separator: ",")         // carrier,origin,delay
/// let required = description.fields.filter { !$0.mayBeAbsent }.map(\.name)   // ["carrier", "origin"]
/// ```
public struct RecordDescription: Hashable, Sendable {
    /// A field.
    public struct Field: Hashable, Sendable {
        /// The name.
        public var name: String
        /// The type.
        public var type: FieldType
        /// Whether the record has a default for the field.
        public var hasDefault: Bool

        /// Whether a record can be read where the field is not there.
        public var mayBeAbsent: Bool {
            if case .optional = type { return true }
            return hasDefault
        }
    }

    /// The name of the type.
    public let name: String
    /// The fields, in the order of the schema.
    public let fields: [Field]

    /// Describes a type.
    public init<Record: SchemaRecord>(of type: Record.Type) {
        // Depends on the type alone, not on data.
        precondition(Nesting.depth < 64, "\(Record.self) contains itself: a record with a schema cannot")
        fields = Nesting.$depth.withValue(Nesting.depth + 1) {
            var describing = RecordDescribing<Record>()
            _ = try? Record.schema(&describing)
            return describing.fields
        }
        name = "\(Record.self)"
    }

    /// How many records are being described, each within another.
    private enum Nesting {
        @TaskLocal static var depth = 0
    }
}

/// The type of a field.
///
/// ```swift
/// func column(_ type: FieldType) -> String {
///     switch type {
///     case .integer: "bigint"
///     case .double, .float: "double precision"
///     case .timestamp: "timestamptz"
///     case .optional(let type): column(type)
///     default: "text"
///     }
/// }
/// ```
public indirect enum FieldType: Hashable, Sendable {
    /// An integer with the name of its type, such as `Int64`.
    case integer(String)
    /// A number of 64 bits.
    case double
    /// A number of 32 bits.
    case float
    /// A truth value.
    case bool
    /// Text.
    case string
    /// Text of at most 15 bytes.
    case inlineText
    /// A point in time.
    case timestamp
    /// A point in time as `Date`.
    case date
    /// A number with all its decimal digits.
    case decimal
    /// A value that may be missing.
    case optional(FieldType)
    /// A list.
    case array(FieldType)
    /// Values by name.
    case dictionary(FieldType)
    /// One of several values, each with a raw value: the name of the type and the type of the raw values.
    case enumeration(String, FieldType)
    /// Another record.
    case record(RecordDescription)
}

/// The visitor that notes names and types.
struct RecordDescribing<Record>: FieldVisitor {
    var fields: [RecordDescription.Field] = []

    mutating func field<Value: FieldValue>(_ name: StaticString, _ path: KeyPath<Record, Value>) throws -> Value {
        fields.append(RecordDescription.Field(name: "\(name)", type: Value.fieldType, hasDefault: false))
        return Value.placeholder
    }

    mutating func field<Value: FieldValue>(
        _ name: StaticString, _ path: KeyPath<Record, Value>, default: @autoclosure () -> Value
    ) throws -> Value {
        fields.append(RecordDescription.Field(name: "\(name)", type: Value.fieldType, hasDefault: true))
        return `default`()
    }
}
