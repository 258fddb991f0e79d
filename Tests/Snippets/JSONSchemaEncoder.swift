struct Total: SchemaRecord {
    var count: Int
    static func schema(_ record: inout some FieldVisitor<Total>) throws -> Total {
        try Total(count: record.field("count", \.count))
    }
}
let totals: [Total] = elided()
var bytes: [UInt8] = []
