import MillraceRecords

/// How a record is read that was stored with other fields.
struct RecordMigrationPlan: Sendable {
    /// Where the value of a present field comes from.
    struct Origin: Sendable {
        /// The index of the stored field; `nil`: the field is new.
        var field: Int?
        var present: StoredType
    }

    let stored: [StoredType.StoredField]
    let origins: [Origin]

    /// Creates a plan; `nil` if a present field cannot be read from what is stored.
    init?(from stored: [StoredType.StoredField], to record: RecordDescription) {
        var origins: [Origin] = []
        for field in record.fields {
            let present = StoredType(field.type)
            let index = stored.firstIndex { $0.name == field.name }
            guard index.map({ stored[$0].type.converts(to: present) }) ?? field.mayBeAbsent,
                // A default of a record within this one is not known here.
                index.map({ !stored[$0].type.lacksDefault(of: field.type) }) ?? true
            else { return nil }
            origins.append(Origin(field: index, present: present))
        }
        self.stored = stored
        self.origins = origins
    }
}

/// The visitor that reads a record that was stored with other fields.
struct RecordMigrating<Record>: FieldVisitor {
    private let plan: RecordMigrationPlan
    private let values: [ByteReader]
    private var next = 0

    init(_ plan: RecordMigrationPlan, _ reader: inout ByteReader) throws {
        self.plan = plan
        values = try StoredType.places(of: plan.stored, &reader)
    }

    mutating func field<Value: FieldValue>(_ name: StaticString, _ path: KeyPath<Record, Value>) throws -> Value {
        // A new field without a default is optional: the placeholder of an optional is nil.
        try field(name, path, default: Value.placeholder)
    }

    mutating func field<Value: FieldValue>(
        _ name: StaticString, _ path: KeyPath<Record, Value>, default: @autoclosure () -> Value
    ) throws -> Value {
        let origin = plan.origins[next]
        next += 1
        guard let index = origin.field else { return `default`() }
        var value = values[index]
        var converted = ByteWriter()
        try plan.stored[index].type.convert(&value, to: origin.present, into: &converted)
        return try converted.withBytes { bytes throws -> Value in
            var reader = StateFieldReader(ByteReader(bytes))
            return try Value.read(from: &reader)
        }
    }
}

extension StoredType {
    /// Whether a record in the present type has a field with a default that this type does not have.
    fileprivate func lacksDefault(of present: FieldType) -> Bool {
        switch (self, present) {
        case (.optional(let type), .optional(let present)), (.array(let type), .array(let present)),
            (.dictionary(let type), .dictionary(let present)):
            type.lacksDefault(of: present)
        case (_, .optional(let present)): lacksDefault(of: present)
        case (.record(_, let stored), .record(let present)):
            present.fields.contains { field in
                stored.first { $0.name == field.name }?.type.lacksDefault(of: field.type) ?? field.hasDefault
            }
        default: false
        }
    }
}
