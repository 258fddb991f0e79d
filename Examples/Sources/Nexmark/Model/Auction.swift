import Millrace

/// Something offered for sale.
struct Auction: Codable, Sendable, Equatable {
    var id: Int
    var itemName: String
    var description: String
    var initialBid: Int
    var reserve: Int
    var dateTime: Timestamp
    var expires: Timestamp
    var seller: Int
    var category: Int
    var extra: String
}

extension Auction: StateValue {
    static var stateSchema: String { "Auction/1" }

    func encode(into writer: inout ByteWriter) {
        for number in [id, initialBid, reserve, seller, category] { writer.write(number) }
        writer.write(dateTime.milliseconds)
        writer.write(expires.milliseconds)
        for text in [itemName, description, extra] { writer.write(text) }
    }

    static func decode(from reader: inout ByteReader) throws -> Auction {
        let (id, initialBid, reserve): (Int, Int, Int) = (try reader.read(), try reader.read(), try reader.read())
        let (seller, category): (Int, Int) = (try reader.read(), try reader.read())
        let (dateTime, expires): (Int64, Int64) = (try reader.read(), try reader.read())
        let (name, description) = (try reader.readString(), try reader.readString())
        return Auction(
            id: id, itemName: name, description: description, initialBid: initialBid, reserve: reserve,
            dateTime: Timestamp(milliseconds: dateTime), expires: Timestamp(milliseconds: expires), seller: seller,
            category: category, extra: try reader.readString())
    }
}
