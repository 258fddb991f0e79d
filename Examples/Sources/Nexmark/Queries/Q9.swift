import Millrace

// q9, winning bids: each auction that is over with the bid that won it.
// The join that q4 and q6 begin with.

enum Q9: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let id: Int
        let itemName: String
        let description: String
        let initialBid: Int
        let reserve: Int
        let dateTime: RowTime
        let expires: RowTime
        let seller: Int
        let category: Int
        let extra: String
        let auction: Int
        let bidder: Int
        let price: Int
        let bid_dateTime: RowTime
        let bid_extra: String
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.soldAuctions.map { sold in
                let (auction, bid) = (sold.auction, sold.bid)
                return Row(
                    id: auction.id, itemName: auction.itemName, description: auction.description,
                    initialBid: auction.initialBid, reserve: auction.reserve, dateTime: RowTime(auction.dateTime),
                    expires: RowTime(auction.expires), seller: auction.seller, category: auction.category,
                    extra: auction.extra,
                    auction: bid.auction, bidder: bid.bidder, price: bid.price, bid_dateTime: RowTime(bid.dateTime),
                    bid_extra: bid.extra)
            })
    }
}
