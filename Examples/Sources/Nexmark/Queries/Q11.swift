import Millrace

// q11, user sessions: how many bids did a user make in each session of activity, ended by 10 seconds of silence?
// Session windows.

enum Q11: NexmarkQuery {
    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.keyed(by: \.bidder).window(.session(gap: .seconds(10))).aggregate(Count()).map(BidderRow.init))
    }
}

struct BidderRow: Encodable, Sendable {
    let bidder: Int
    let bid_count: Int
    let starttime: RowTime
    let endtime: RowTime

    init(_ result: WindowResult<Int, Int>) {
        bidder = result.key
        bid_count = result.value
        starttime = RowTime(result.window.start)
        endtime = RowTime(result.window.end)
    }
}
