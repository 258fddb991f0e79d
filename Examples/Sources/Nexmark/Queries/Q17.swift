import Millrace

// q17, auction statistics: for each auction and day its bids by rank, and lowest, highest, average and summed price.
// An aggregate of many parts in one pass.

enum Q17: NexmarkQuery {
    struct Prices: BitwiseState, Sendable {
        var bids = RankCounts()
        var least = Int.max
        var greatest = Int.min
        var sum = 0

        mutating func add(_ price: Int) {
            bids.add(price)
            least = min(least, price)
            greatest = max(greatest, price)
            sum += price
        }
    }

    struct Row: Encodable, Sendable {
        let auction: Int
        let day: String
        let prices: Prices

        func encode(to encoder: any Encoder) throws {
            var columns = encoder.container(keyedBy: ColumnName.self)
            try columns.encode(auction, forKey: "auction")
            try columns.encode(day, forKey: "day")
            try prices.bids.encode(into: &columns)
            try columns.encode(prices.least, forKey: "min_price")
            try columns.encode(prices.greatest, forKey: "max_price")
            try columns.encode(prices.sum / prices.bids.total, forKey: "avg_price")
            try columns.encode(prices.sum, forKey: "sum_price")
        }
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.keyed(by: \.auction).window(.tumbling(of: .days(1)))
                .fold(into: Prices()) { prices, bid in prices.add(bid.price) }
                .map { Row(auction: $0.key, day: $0.window.start.day, prices: $0.value) })
    }
}
