import Millrace

/// Five fields, one of them a text, as Nexmark has bids.
struct Bid: SchemaRecord, Codable {
    var auction: Int
    var bidder: Int
    var price: Int
    var channel: String
    var time: Int64

    static func schema(_ record: inout some FieldVisitor<Bid>) throws -> Bid {
        try Bid(
            auction: record.field("auction", \.auction), bidder: record.field("bidder", \.bidder),
            price: record.field("price", \.price), channel: record.field("channel", \.channel),
            time: record.field("time", \.time))
    }

    static func made(_ index: Int) -> Bid {
        Bid(
            auction: 1000 + index * 7919 % 10_000, bidder: 2000 + index * 104_729 % 50_000,
            price: 100 + index * 31 % 90_000,
            channel: ["channel-\(index % 7)", "Google", "apple-store"][index % 3],
            time: 1_700_000_000_000 + Int64(index))
    }
}

/// The same with its text inline.
struct InlineBid: SchemaRecord, Codable {
    var auction: Int
    var bidder: Int
    var price: Int
    var channel: InlineText
    var time: Int64

    static func schema(_ record: inout some FieldVisitor<InlineBid>) throws -> InlineBid {
        try InlineBid(
            auction: record.field("auction", \.auction), bidder: record.field("bidder", \.bidder),
            price: record.field("price", \.price), channel: record.field("channel", \.channel),
            time: record.field("time", \.time))
    }
}

/// A value of state: five fields, a text and an array among them.
struct Profile: SchemaRecord, StateValue, Hashable {
    var id: Int64
    var name: String
    var visits: Int32
    var score: Double
    var last: [Int64]

    static func schema(_ record: inout some FieldVisitor<Profile>) throws -> Profile {
        try Profile(
            id: record.field("id", \.id), name: record.field("name", \.name), visits: record.field("visits", \.visits),
            score: record.field("score", \.score), last: record.field("last", \.last))
    }

    static func made(_ index: Int) -> Profile {
        Profile(
            id: Int64(index), name: "user number \(index)", visits: Int32(index % 100), score: Double(index) / 4,
            last: (0..<(index % 8)).map { Int64(index + $0) })
    }
}

/// The same through `Codable`.
struct CodableProfile: CodableState {
    var id: Int64
    var name: String
    var visits: Int32
    var score: Double
    var last: [Int64]

    init(_ profile: Profile) {
        (id, name, visits, score, last) = (profile.id, profile.name, profile.visits, profile.score, profile.last)
    }
}
