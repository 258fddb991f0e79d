import Millrace

/// Somebody who sells or bids.
struct Person: Codable, Sendable, Equatable {
    var id: Int
    var name: String
    var emailAddress: String
    var creditCard: String
    var city: String
    var state: String
    var dateTime: Timestamp
    var extra: String
}

extension Person: StateValue {
    static var stateSchema: String { "Person/1" }

    func encode(into writer: inout ByteWriter) {
        writer.write(id)
        for text in [name, emailAddress, creditCard, city, state, extra] { writer.write(text) }
        writer.write(dateTime.milliseconds)
    }

    static func decode(from reader: inout ByteReader) throws -> Person {
        let id: Int = try reader.read()
        let (name, email, card) = (try reader.readString(), try reader.readString(), try reader.readString())
        let (city, state, extra) = (try reader.readString(), try reader.readString(), try reader.readString())
        return Person(
            id: id, name: name, emailAddress: email, creditCard: card, city: city, state: state,
            dateTime: Timestamp(milliseconds: try reader.read()), extra: extra)
    }
}
