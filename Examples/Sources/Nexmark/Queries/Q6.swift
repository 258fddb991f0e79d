import Millrace

// q6, average price by seller: for each seller, the average winning price of the last ten of their auctions that are over.
// Takes the ten in the order in which the auctions end, and gives a row for each end.

enum Q6: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let seller: Int
        let avg_price: Int
    }

    static func declare(_ streams: EventStreams, _ results: Results) {
        results.write(
            streams.soldAuctions
                .keyed(by: \.auction.seller)
                .process(to: Row.self) { states in
                    let waiting = states.list("waiting", of: SoldAuction.self)
                    let last = states.list("last prices", of: Int.self)
                    return ProcessFunction(
                        onRecord: { sold, context in
                            // Auctions end in any order across tasks: the watermark puts them in order.
                            try waiting.append(sold)
                            try context.setTimer(.event(sold.auction.expires))
                        },
                        onTimer: { timer, context in
                            let all = try waiting.get()
                            let due = all.filter { $0.auction.expires <= timer.time }
                                .sorted { ($0.auction.expires, $0.auction.id) < ($1.auction.expires, $1.auction.id) }
                            var prices = try last.get()
                            for sold in due {
                                prices.append(sold.bid.price)
                                if prices.count > 10 { prices.removeFirst() }
                                let average = prices.reduce(0, +) / prices.count
                                try context.emit(Row(seller: context.key, avg_price: average))
                            }
                            try last.set(prices)
                            try waiting.set(all.filter { $0.auction.expires > timer.time })
                        })
                })
    }
}
