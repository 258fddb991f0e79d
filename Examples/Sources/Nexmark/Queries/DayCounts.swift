import Millrace

/// Bids by three ranks of price: up to 10,000, up to 1,000,000, and above.
struct RankCounts: BitwiseState, Sendable {
    var rank1 = 0
    var rank2 = 0
    var rank3 = 0

    var total: Int { rank1 + rank2 + rank3 }

    mutating func add(_ price: Int) {
        if price < 10_000 { rank1 += 1 } else if price < 1_000_000 { rank2 += 1 } else { rank3 += 1 }
    }

    static func + (left: RankCounts, right: RankCounts) -> RankCounts {
        RankCounts(rank1: left.rank1 + right.rank1, rank2: left.rank2 + right.rank2, rank3: left.rank3 + right.rank3)
    }
}

struct BidsByRank: Aggregate {
    func create() -> RankCounts { RankCounts() }
    func add(_ bid: Bid, to counts: inout RankCounts) { counts.add(bid.price) }
    func merge(_ other: RankCounts, into counts: inout RankCounts) { counts = counts + other }
    func result(_ counts: RankCounts) -> RankCounts { counts }
}

/// How many of something there are in all, and how many with bids of each rank.
struct Distinct: BitwiseState, Sendable {
    var total = 0
    var rank1 = 0
    var rank2 = 0
    var rank3 = 0

    init() {}

    /// One, with these bids.
    init(_ bids: RankCounts) {
        total = 1
        rank1 = bids.rank1 > 0 ? 1 : 0
        rank2 = bids.rank2 > 0 ? 1 : 0
        rank3 = bids.rank3 > 0 ? 1 : 0
    }

    static func + (left: Distinct, right: Distinct) -> Distinct {
        var sum = left
        sum.total += right.total
        sum.rank1 += right.rank1
        sum.rank2 += right.rank2
        sum.rank3 += right.rank3
        return sum
    }
}

/// The columns of q15 and q16.
struct DayCounts: BitwiseState, Sendable {
    var bids = RankCounts()
    var bidders = Distinct()
    var auctions = Distinct()
    /// The latest minute of the day with a bid.
    var minute = 0

    init() {}

    init(bidsOfBidder bids: RankCounts, minute: Int = 0) {
        self.bids = bids
        bidders = Distinct(bids)
        self.minute = minute
    }

    init(bidsOfAuction bids: RankCounts) { auctions = Distinct(bids) }

    static func + (left: DayCounts, right: DayCounts) -> DayCounts {
        var sum = left
        sum.bids = left.bids + right.bids
        sum.bidders = left.bidders + right.bidders
        sum.auctions = left.auctions + right.auctions
        sum.minute = max(left.minute, right.minute)
        return sum
    }

    func encode(into columns: inout KeyedEncodingContainer<ColumnName>) throws {
        try bids.encode(into: &columns)
        for (what, distinct) in [("bidders", bidders), ("auctions", auctions)] {
            try columns.encode(distinct.total, forKey: ColumnName("total_\(what)"))
            try columns.encode(distinct.rank1, forKey: ColumnName("rank1_\(what)"))
            try columns.encode(distinct.rank2, forKey: ColumnName("rank2_\(what)"))
            try columns.encode(distinct.rank3, forKey: ColumnName("rank3_\(what)"))
        }
    }
}

extension RankCounts {
    func encode(into columns: inout KeyedEncodingContainer<ColumnName>) throws {
        try columns.encode(total, forKey: "total_bids")
        try columns.encode(rank1, forKey: "rank1_bids")
        try columns.encode(rank2, forKey: "rank2_bids")
        try columns.encode(rank3, forKey: "rank3_bids")
    }
}

/// The name of a column.
struct ColumnName: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringLiteral name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
