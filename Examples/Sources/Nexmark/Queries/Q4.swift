import Millrace

// q4, average price for a category: over all auctions that are over, what was the winning price on average, category by category?
// A join with a condition on time, an aggregate, and an aggregate of that.

enum Q4: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let id: Int
        let final: Int
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.soldAuctions
                .keyed(by: \.auction.category)
                .window(.global).trigger(.final)
                .aggregate(Count().and(Sum(of: \.bid.price)))
                .map { Row(id: $0.key, final: $0.value.1 / $0.value.0) })
    }
}
