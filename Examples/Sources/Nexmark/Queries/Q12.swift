import Millrace

// q12, processing time windows: how many bids did a user make in each 10 seconds?
// The published query goes by the clock; here a bid's own time stands in for it, so that the result is always the same.

enum Q12: NexmarkQuery {
    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.bids.keyed(by: \.bidder).window(.tumbling(of: .seconds(10))).aggregate(Count()).map(BidderRow.init))
    }
}
