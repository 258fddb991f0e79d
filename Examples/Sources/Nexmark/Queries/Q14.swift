import Millrace

// q14, calculation: bids of a million to fifty million euros, with the time of day in words and how many letters c are in the extra.
// Filters and functions of the user's own.

enum Q14: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Double
        let bidTimeType: String
        let dateTime: RowTime
        let extra: String
        let c_counts: Int
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.compactMap { bid -> Row? in
                let price = 0.908 * Double(bid.price)
                guard price > 1_000_000, price < 50_000_000 else { return nil }
                return Row(
                    auction: bid.auction, bidder: bid.bidder, price: price, bidTimeType: timeOfDay(bid.dateTime.hour),
                    dateTime: RowTime(bid.dateTime), extra: bid.extra,
                    c_counts: bid.extra.utf8.count { $0 == UInt8(ascii: "c") }
                )
            })
    }

    private static func timeOfDay(_ hour: Int) -> String {
        switch hour {
        case 8...18: "dayTime"
        case 0...6, 20...: "nightTime"
        default: "otherTime"
        }
    }
}
