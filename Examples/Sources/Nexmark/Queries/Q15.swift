import Millrace

// q15, bidding statistics: bids, bidders and auctions of each day, in all and by three ranks of price.
// Distinct counts with filters. Counted bidder by bidder and auction by auction first, so that no task has to know them all.

enum Q15: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let day: String
        let counts: DayCounts

        func encode(to encoder: any Encoder) throws {
            var columns = encoder.container(keyedBy: ColumnName.self)
            try columns.encode(day, forKey: "day")
            try counts.encode(into: &columns)
        }
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        let bidders = streams.bids.keyed(by: \.bidder).window(.tumbling(of: .days(1))).aggregate(BidsByRank())
            .named("bids per bidder")
            .map { Keyed(key: $0.window.start, value: DayCounts(bidsOfBidder: $0.value)) }
        let auctions = streams.bids.keyed(by: \.auction).window(.tumbling(of: .days(1))).aggregate(BidsByRank())
            .named("bids per auction")
            .map { Keyed(key: $0.window.start, value: DayCounts(bidsOfAuction: $0.value)) }
        results.write(
            bidders.merge(with: [auctions]).keyed(by: \.key).window(.tumbling(of: .days(1)))
                .fold(into: DayCounts(), merge: { $0 + $1 }) { $0 = $0 + $1.value }
                .named("days")
                .map { Row(day: $0.window.start.day, counts: $0.value) })
    }
}
