import Millrace

// q18, find last bid: the last bid of each bidder for each auction.
// Deduplication that keeps the latest.

enum Q18: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let channel: String
        let url: String
        let dateTime: RowTime
        let extra: String
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.keyed { Pair($0.bidder, $0.auction) }
                .window(.global).trigger(.final)
                .aggregate(TopK(1, by: isLater))
                .flatMap { result in
                    result.value.map {
                        Row(
                            auction: $0.auction, bidder: $0.bidder, price: $0.price, channel: $0.channel, url: $0.url,
                            dateTime: RowTime($0.dateTime), extra: $0.extra)
                    }
                })
    }

    private static func isLater(_ left: Bid, _ right: Bid) -> Bool {
        if left.dateTime != right.dateTime { return left.dateTime > right.dateTime }
        if left.price != right.price { return left.price > right.price }
        return Bid.isBefore([right.url, right.channel, right.extra], [left.url, left.channel, left.extra])
    }
}
