import Millrace

// q19, auction top ten: the ten highest bids of each auction, with their rank.
// The best of each group.

enum Q19: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let channel: String
        let url: String
        let dateTime: RowTime
        let extra: String
        let rank_number: Int
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.keyed(by: \.auction)
                .window(.global).trigger(.final)
                .aggregate(TopK(10) { $0.wins(over: $1) })
                .flatMap { result in
                    result.value.enumerated().map { index, bid in
                        Row(
                            auction: bid.auction, bidder: bid.bidder, price: bid.price, channel: bid.channel,
                            url: bid.url, dateTime: RowTime(bid.dateTime), extra: bid.extra, rank_number: index + 1)
                    }
                })
    }
}
