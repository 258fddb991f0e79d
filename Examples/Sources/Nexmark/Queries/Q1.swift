import Millrace

// q1, currency conversion: every bid with its price in euros.
// A simple map.

enum Q1: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Double
        let dateTime: RowTime
        let extra: String
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.map {
                Row(
                    auction: $0.auction, bidder: $0.bidder, price: 0.908 * Double($0.price),
                    dateTime: RowTime($0.dateTime),
                    extra: $0.extra)
            })
    }
}
