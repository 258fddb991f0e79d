import MillraceRecords

// A record that is a `StateValue`, too, is stored field by field: `struct Visit: SchemaRecord, StateValue`.

extension StateValue where Self: SchemaRecord {
    /// The type's name, and the names and types of its fields.
    ///
    /// Restart: a record that was stored with other fields is read by their names. Fields may be reordered and removed; a
    /// new field has to be optional or have a default; an integer may become a larger one, `Float` a `Double`, a value
    /// optional. Any other change is rejected at start with a `StateError`.
    public static var stateSchema: String {
        // Cases of enums, and texts that have become inline: a start reads all values if they have changed.
        StateLayout.note(coded: Self.self)
        return StoredType.record(RecordDescription(of: Self.self)).description
    }

    /// Encodes the fields one after the other.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        withUnsafeMutablePointer(to: &writer) { bytes in
            var fields = StateFieldWriter(bytes)
            write(fieldsTo: &fields)
        }
    }

    /// Decodes the fields one after the other.
    ///
    /// - Throws: `StateDecodingError` if the bytes are damaged.
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Self {
        var fields = StateFieldReader(reader)
        defer { reader = fields.bytes }
        return try read(fieldsFrom: &fields)
    }

    /// Returns a function that decodes records stored with other fields, or as a `CodableState` of version 1; `nil` if their fields
    /// cannot be read as the present ones.
    public static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> Self)? {
        if Self.self is any Decodable.Type, schema == "\(Self.self)/codable/1" { return decodeCodable }
        guard case .record(_, let stored)? = StoredType(parsing: schema),
            let plan = RecordMigrationPlan(from: stored, to: RecordDescription(of: Self.self))
        else { return nil }
        return { reader in
            var migrating = try RecordMigrating<Self>(plan, &reader)
            return try Self.schema(&migrating)
        }
    }

    /// Decodes a value that was stored as a `CodableState`.
    private static func decodeCodable(from reader: inout ByteReader) throws -> Self {
        func decode<T: Decodable>(_ type: T.Type) throws -> Any { try StateDecoding.decode(type, from: &reader) }
        guard let type = Self.self as? any Decodable.Type, let value = try decode(type) as? Self else {
            throw StateDecodingError(expected: "\(Self.self)", found: "a value that is stored through Codable")
        }
        return value
    }
}
