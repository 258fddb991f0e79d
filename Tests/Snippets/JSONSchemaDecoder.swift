let lines: [String] = elided()
struct Bid: SchemaRecord {
    var auction: Int
    static func schema(_ record: inout some FieldVisitor<Bid>) throws -> Bid {
        try Bid(auction: record.field("auction", \.auction))
    }
}
