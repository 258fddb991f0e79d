import Millrace

// q16, channel statistics: what q15 counts, for each channel and day, and the last minute with a bid.
// Distinct counts of many groups.

enum Q16: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let channel: String
        let day: String
        let counts: DayCounts

        func encode(to encoder: any Encoder) throws {
            var columns = encoder.container(keyedBy: ColumnName.self)
            try columns.encode(channel, forKey: "channel")
            try columns.encode(day, forKey: "day")
            let minute = Timestamp.twoDigits(counts.minute / 60) + ":" + Timestamp.twoDigits(counts.minute % 60)
            try columns.encode(minute, forKey: "minute")
            try counts.encode(into: &columns)
        }
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        let bidders = streams.bids.keyed { Pair($0.channel, $0.bidder) }
            .window(.tumbling(of: .days(1)))
            .aggregate(BidsByRank().and(Maximum(of: \.dateTime.minuteOfDay)))
            .named("bids per bidder")
            .map { result in
                let (bids, minute) = result.value
                return Keyed(key: result.key.first, value: DayCounts(bidsOfBidder: bids, minute: minute ?? 0))
            }
        let auctions = streams.bids.keyed { Pair($0.channel, $0.auction) }
            .window(.tumbling(of: .days(1)))
            .aggregate(BidsByRank())
            .named("bids per auction")
            .map { Keyed(key: $0.key.first, value: DayCounts(bidsOfAuction: $0.value)) }
        results.write(
            bidders.merge(with: [auctions]).keyed(by: \.key).window(.tumbling(of: .days(1)))
                .fold(into: DayCounts(), merge: { $0 + $1 }) { $0 = $0 + $1.value }
                .named("channels")
                .map { Row(channel: $0.key, day: $0.window.start.day, counts: $0.value) })
    }
}
