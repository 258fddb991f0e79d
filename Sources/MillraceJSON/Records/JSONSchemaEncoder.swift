import MillraceRecords

/// An encoder for sequences of records with a schema, each as a JSON object.
///
/// ```swift
/// let encoder = JSONSchemaEncoder()
/// for total in totals {
///     try encoder.encode(total, into: &bytes)
///     bytes.append(UInt8(ascii: "\n"))
/// }
/// ```
///
/// The text is the one that ``JSONRecordEncoder`` gives for a `Codable` type with the same fields in the same order: an
/// optional field without a value is left out. It takes a tenth of the time.
///
/// An encoder reuses its memory from record to record. It is not thread-safe: create one per task.
public final class JSONSchemaEncoder {
    @exclusivity(unchecked) @usableFromInline var text = JSONText()
    /// The type of the last record, and whether its fields' names need no escapes.
    @exclusivity(unchecked) @usableFromInline var type: ObjectIdentifier?
    @exclusivity(unchecked) @usableFromInline var hasPlainNames = false

    /// Creates an encoder.
    public init() {}

    deinit { text.deallocate() }

    /// Encodes a record as JSON and appends it to `bytes`, which are not changed if an error is thrown.
    ///
    /// - Parameters:
    ///   - record: The record to encode.
    ///   - bytes: The bytes that the JSON text is appended to, in UTF-8.
    /// - Throws: An `EncodingError` with the path to a number that is not finite, which has no JSON representation.
    @inlinable
    public func encode<Record: SchemaRecord>(_ record: Record, into bytes: inout [UInt8]) throws {
        if type != ObjectIdentifier(Record.self) { describe(Record.self) }
        var writer = JSONFieldWriter(text, hasPlainNames: hasPlainNames)
        writer.text.clear()
        writer.write(record: record)
        text = writer.text
        if let failure = writer.failure { throw error(failure, record) }
        bytes.append(contentsOf: text.bytes)
    }

    /// Encodes a record as JSON.
    ///
    /// - Parameter record: The record to encode.
    /// - Returns: The JSON text in UTF-8.
    /// - Throws: An `EncodingError` as ``encode(_:into:)`` does.
    @inlinable
    public func encode(_ record: some SchemaRecord) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(record, into: &bytes)
        return bytes
    }

    @usableFromInline
    @inline(never)
    func describe<Record: SchemaRecord>(_ type: Record.Type) {
        self.type = ObjectIdentifier(type)
        hasPlainNames = Record.fieldType.hasPlainNames
    }

    @usableFromInline
    @inline(never)
    func error(_ failure: Unmanaged<JSONWriteFailure>, _ record: Any) -> EncodingError {
        let failure = failure.takeRetainedValue()
        return .invalidValue(
            record, EncodingError.Context(codingPath: failure.path, debugDescription: failure.reason))
    }
}

extension FieldType {
    /// Whether no field of the records in it has a name with a quote, a backslash or a control character.
    var hasPlainNames: Bool {
        switch self {
        case .optional(let type), .array(let type), .dictionary(let type): type.hasPlainNames
        case .record(let record):
            record.fields.allSatisfy { field in
                field.type.hasPlainNames && field.name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }
            }
        default: true
        }
    }
}
