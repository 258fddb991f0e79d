import Millrace

// q22, get url directories: every bid with the first three directories of its url.
// Splitting a text.

enum Q22: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let channel: String
        let dir1: String?
        let dir2: String?
        let dir3: String?

        func encode(to encoder: any Encoder) throws {
            var columns = encoder.container(keyedBy: ColumnName.self)
            try columns.encode(auction, forKey: "auction")
            try columns.encode(bidder, forKey: "bidder")
            try columns.encode(price, forKey: "price")
            try columns.encode(channel, forKey: "channel")
            // Missing ones are null, and not left out.
            try columns.encode(dir1, forKey: "dir1")
            try columns.encode(dir2, forKey: "dir2")
            try columns.encode(dir3, forKey: "dir3")
        }
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.map { bid in
                let parts = bid.url.utf8.split(
                    separator: UInt8(ascii: "/"), maxSplits: 6, omittingEmptySubsequences: false)
                func part(_ index: Int) -> String? { index < parts.count ? String(Substring(parts[index])) : nil }
                return Row(
                    auction: bid.auction, bidder: bid.bidder, price: bid.price, channel: bid.channel, dir1: part(3),
                    dir2: part(4), dir3: part(5))
            })
    }
}
