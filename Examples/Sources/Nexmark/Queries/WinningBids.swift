import Millrace

/// An auction that is over, with the bid that won it.
struct SoldAuction: StateValue, Sendable {
    let auction: Auction
    let bid: Bid

    static var stateSchema: String { "SoldAuction/1" }
    func encode(into writer: inout ByteWriter) {
        auction.encode(into: &writer)
        bid.encode(into: &writer)
    }
    static func decode(from reader: inout ByteReader) throws -> SoldAuction {
        let auction = try Auction.decode(from: &reader)
        return SoldAuction(auction: auction, bid: try Bid.decode(from: &reader))
    }
}

/// What nearly every bid has to be compared with: when the auction is open, and the highest price so far.
private struct OpenAuction: BitwiseState, Sendable {
    var opens: Int64
    var closes: Int64
    var price = Int.min

    init(_ auction: Auction) {
        opens = auction.dateTime.milliseconds
        closes = auction.expires.milliseconds
    }

    /// Whether a bid may be the highest.
    func concerns(_ bid: Bid) -> Bool {
        bid.price >= price && bid.dateTime.milliseconds >= opens && bid.dateTime.milliseconds <= closes
    }
}

extension EventStreams {
    /// Each auction that is over and got a bid while it was open, with the highest of them; of equal ones the earliest.
    ///
    /// An auction waits for the watermark to reach its end. A bid whose auction is not known waits until the watermark
    /// reaches the bid's time: an auction that comes later than that was not open yet.
    var soldAuctions: Stream<SoldAuction> {
        auctions.joined(with: bids, on: \.id, equals: \.auction).keyed
            .process(to: SoldAuction.self) { states in
                let open = states.value("open", of: OpenAuction.self)
                let offers = states.value("auction", of: Auction.self)
                let best = states.value("best", of: Bid.self)
                let early = states.list("early bids", of: Bid.self)
                func consider(_ bid: Bid, for auction: OpenAuction) throws {
                    guard auction.concerns(bid) else { return }
                    if bid.price == auction.price, let known = try best.get(), !bid.wins(over: known) { return }
                    var changed = auction
                    changed.price = bid.price
                    try open.set(changed)
                    try best.set(bid)
                }
                return ProcessFunction(
                    onRecord: { record, context in
                        switch record {
                        case .left(let auction):
                            try offers.set(auction)
                            try open.set(OpenAuction(auction))
                            for bid in try early.get() {
                                if let state = try open.get() { try consider(bid, for: state) }
                            }
                            try early.clear()
                            try context.setTimer(.event(auction.expires))
                        case .right(let bid):
                            if let auction = try open.get() {
                                try consider(bid, for: auction)
                            } else if bid.dateTime > context.watermark {
                                try early.append(bid)
                                try context.setTimer(.event(bid.dateTime))
                            }
                        }
                    },
                    onTimer: { timer, context in
                        guard let auction = try offers.get() else {
                            return try early.set(try early.get().filter { $0.dateTime > timer.time })
                        }
                        guard timer.time >= auction.expires else { return }
                        if let bid = try best.get() { try context.emit(SoldAuction(auction: auction, bid: bid)) }
                        try open.clear()
                        try offers.clear()
                        try best.clear()
                    })
            }
            .named("sold auctions")
    }
}
