import Millrace

// q2, selection: the bids for every 123rd auction.
// A simple filter.

enum Q2: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let price: Int
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.filter { $0.auction % 123 == 0 }.map { Row(auction: $0.auction, price: $0.price) })
    }
}
