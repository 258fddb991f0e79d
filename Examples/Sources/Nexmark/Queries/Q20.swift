import Millrace

// q20, expand bid with auction: every bid for an auction of category 10, with the auction.
// A join that keeps one side for ever; bids wait only for auctions that are still to come.

enum Q20: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let channel: String
        let url: String
        let bid_dateTime: RowTime
        let bid_extra: String
        let itemName: String
        let description: String
        let initialBid: Int
        let reserve: Int
        let auction_dateTime: RowTime
        let expires: RowTime
        let seller: Int
        let category: Int
        let auction_extra: String

        init(_ bid: Bid, _ offer: Auction) {
            auction = bid.auction
            bidder = bid.bidder
            price = bid.price
            channel = bid.channel
            url = bid.url
            bid_dateTime = RowTime(bid.dateTime)
            bid_extra = bid.extra
            itemName = offer.itemName
            description = offer.description
            initialBid = offer.initialBid
            reserve = offer.reserve
            auction_dateTime = RowTime(offer.dateTime)
            expires = RowTime(offer.expires)
            seller = offer.seller
            category = offer.category
            auction_extra = offer.extra
        }
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.auctions.joined(with: streams.bids, on: \.id, equals: \.auction).keyed
                .process(to: Row.self) { states in
                    let known = states.value("auction", of: Auction.self)
                    let waiting = states.list("waiting", of: Bid.self)
                    return ProcessFunction(onRecord: { record, context in
                        switch record {
                        case .left(let auction):
                            try known.set(auction)
                            for bid in try waiting.get() where auction.category == 10 {
                                try context.emit(Row(bid, auction))
                            }
                            try waiting.clear()
                        case .right(let bid):
                            guard let auction = try known.get() else { return try waiting.append(bid) }
                            if auction.category == 10 { try context.emit(Row(bid, auction)) }
                        }
                    })
                })
    }
}
