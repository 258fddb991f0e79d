import Millrace

/// An offer for an auction's item.
struct Bid: Codable, Sendable, Equatable {
    var auction: Int
    var bidder: Int
    var price: Int
    var channel: String
    var url: String
    var dateTime: Timestamp
    var extra: String

    /// Whether this bid wins over another on the same auction: the higher price, then the earlier bid; what is left is
    /// decided by the bidder and the texts, so that the result does not depend on the order of reading.
    func wins(over other: Bid) -> Bool {
        if price != other.price { return price > other.price }
        if dateTime != other.dateTime { return dateTime < other.dateTime }
        if bidder != other.bidder { return bidder < other.bidder }
        return Bid.isBefore([url, channel, extra], [other.url, other.channel, other.extra])
    }

    /// Texts in the order of their code points.
    static func isBefore(_ left: [String], _ right: [String]) -> Bool {
        for (left, right) in zip(left, right) where !left.unicodeScalars.elementsEqual(right.unicodeScalars) {
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
        return false
    }
}

extension Bid: StateValue {
    static var stateSchema: String { "Bid/1" }

    func encode(into writer: inout ByteWriter) {
        writer.write(auction)
        writer.write(bidder)
        writer.write(price)
        writer.write(dateTime.milliseconds)
        writer.write(channel)
        writer.write(url)
        writer.write(extra)
    }

    static func decode(from reader: inout ByteReader) throws -> Bid {
        let (auction, bidder, price): (Int, Int, Int) = (try reader.read(), try reader.read(), try reader.read())
        let time: Int64 = try reader.read()
        let (channel, url) = (try reader.readString(), try reader.readString())
        return Bid(
            auction: auction, bidder: bidder, price: price, channel: channel, url: url,
            dateTime: Timestamp(milliseconds: time), extra: try reader.readString())
    }
}
