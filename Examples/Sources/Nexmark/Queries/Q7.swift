import Millrace

// q7, highest bid: the bids with the highest price of each 10 seconds.
// As published, a bid exactly at the end of a window that has that window's highest price is a row as well.

enum Q7: NexmarkQuery {
    struct Row: Encodable, Sendable {
        let auction: Int
        let bidder: Int
        let price: Int
        let dateTime: RowTime
        let extra: String
    }

    static let length = 10_000

    static func declare(_ streams: EventStreams, _ results: Results) {
        // First auction by auction, so that the window's one key at the end has little to do.
        let highest = streams.bids
            .keyed(by: \.auction)
            .window(.tumbling(of: .milliseconds(length)))
            .aggregate(Highest())
            .named("highest per auction")
            .map { Keyed(key: $0.window.end, value: $0.value) }
        let atTheEnd = streams.bids.filter { $0.dateTime.milliseconds % Int64(length) == 0 }
        results.write(
            highest.joined(with: atTheEnd, on: \.key, equals: \.dateTime).keyed
                .process(to: Row.self) { states in
                    let best = states.list("best", of: Bid.self)
                    let candidates = states.list("at the end", of: Bid.self)
                    return ProcessFunction(
                        onRecord: { record, context in
                            switch record {
                            case .left(let part):
                                let known = try best.get().first?.price ?? .min
                                let price = part.value.first?.price ?? .min
                                if price > known { try best.set(part.value) }
                                if price == known { try best.set(try best.get() + part.value) }
                            case .right(let bid): try candidates.append(bid)
                            }
                            try context.setTimer(.event(context.key))
                        },
                        onTimer: { _, context in
                            let highest = try best.get()
                            guard let price = highest.first?.price else { return try candidates.clear() }
                            for bid in highest + (try candidates.get().filter { $0.price == price }) {
                                try context.emit(
                                    Row(
                                        auction: bid.auction, bidder: bid.bidder, price: bid.price,
                                        dateTime: RowTime(bid.dateTime), extra: bid.extra))
                            }
                            try best.clear()
                            try candidates.clear()
                        })
                })
    }

    /// The bids with the highest price.
    struct Highest: Aggregate {
        func create() -> [Bid] { [] }
        func add(_ bid: Bid, to best: inout [Bid]) {
            guard let price = best.first?.price, bid.price <= price else { return best = [bid] }
            if bid.price == price { best.append(bid) }
        }
        func merge(_ other: [Bid], into best: inout [Bid]) { for bid in other { add(bid, to: &best) } }
        func result(_ best: [Bid]) -> [Bid] { best }
    }
}
