import Millrace

// q0, pass through: every bid as it is.
// What reading and writing cost, and nothing else.

enum Q0: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let dateTime: RowTime
        let extra: String
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.map {
                Row(
                    auction: $0.auction, bidder: $0.bidder, price: $0.price, dateTime: RowTime($0.dateTime),
                    extra: $0.extra)
            })
    }
}
