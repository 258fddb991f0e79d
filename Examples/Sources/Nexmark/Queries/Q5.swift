import Millrace

// q5, hot items: which auctions got the most bids in the last 10 seconds, told every 2 seconds?
// Sliding windows, and the greatest of each.

enum Q5: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let num: Int
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids
                .keyed(by: \.auction)
                .window(.sliding(of: .seconds(10), every: .seconds(2)))
                .aggregate(Count())
                .named("bids per auction")
                // The results of one window have one time, so they meet in one window of the slide's length.
                .keyed(by: \.window.end)
                .window(.tumbling(of: .seconds(2)))
                .aggregate(Most())
                .named("most bids")
                .flatMap { result in result.value.auctions.map { Row(auction: $0, num: result.value.count) } })
    }

    /// The greatest count, and the auctions that have it.
    struct Most: Aggregate {
        struct Best: StateValue {
            var count = 0
            var auctions: [Int] = []

            static var stateSchema: String { "Most/1" }
            func encode(into writer: inout ByteWriter) {
                writer.write(count)
                auctions.encode(into: &writer)
            }
            static func decode(from reader: inout ByteReader) throws -> Best {
                let count: Int = try reader.read()
                return Best(count: count, auctions: try [Int].decode(from: &reader))
            }
        }

        func create() -> Best { Best() }
        func add(_ input: WindowResult<Int, Int>, to best: inout Best) {
            if input.value < best.count { return }
            if input.value > best.count { best = Best(count: input.value) }
            best.auctions.append(input.key)
        }
        func merge(_ other: Best, into best: inout Best) {
            if other.count > best.count { return best = other }
            if other.count == best.count { best.auctions += other.auctions }
        }
        func result(_ best: Best) -> Best { best }
    }
}
