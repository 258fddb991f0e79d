import Millrace

// q10, log to file system: every bid with its day and minute, for files by day and minute.
// Two texts made of a time.

enum Q10: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let dateTime: RowTime
        let extra: String
        let dt: String
        let hm: String
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.map {
                Row(
                    auction: $0.auction, bidder: $0.bidder, price: $0.price, dateTime: RowTime($0.dateTime),
                    extra: $0.extra,
                    dt: $0.dateTime.day, hm: $0.dateTime.minute)
            })
    }
}
