import Foundation
import Millrace

// q13, bounded side input: every bid with the value that a table holds for its auction, modulo the table's length.
// A join with a table that is read once, from a file of lines `key,value`; without one, each of 10,000 keys is its own value.

enum Q13: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let dateTime: RowTime
        let value: String
    }

    static let length = 10_000

    static func declare(_ streams: EventStreams, _ results: Results) {
        let table = table(streams.sideInput)
        results.write(
            streams.bids.compactMap { bid -> Row? in
                guard let value = table[bid.auction % length] else { return nil }
                return Row(
                    auction: bid.auction, bidder: bid.bidder, price: bid.price, dateTime: RowTime(bid.dateTime),
                    value: value)
            })
    }

    private static func table(_ path: String?) -> [Int: String] {
        guard let path, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            return Dictionary(uniqueKeysWithValues: (0..<length).map { ($0, "\($0)") })
        }
        var table: [Int: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ",", maxSplits: 1)
            if parts.count == 2, let key = Int(parts[0]) { table[key] = String(parts[1]) }
        }
        return table
    }
}
