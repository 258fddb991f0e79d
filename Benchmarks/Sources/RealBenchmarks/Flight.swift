import Millrace

/// A departure, with its fields listed once.
struct Flight: SchemaRecord, Hashable {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let departureDelay: Double?
    let carrier: InlineText
    let origin: InlineText
    let destination: InlineText

    static func schema(_ record: inout some FieldVisitor<Flight>) throws -> Flight {
        try Flight(
            year: record.field("year", \.year),
            month: record.field("month", \.month),
            day: record.field("day", \.day),
            hour: record.field("hour", \.hour),
            minute: record.field("minute", \.minute),
            departureDelay: record.field("dep_delay", \.departureDelay),
            carrier: record.field("carrier", \.carrier),
            origin: record.field("origin", \.origin),
            destination: record.field("dest", \.destination))
    }

    var scheduledDeparture: Timestamp? {
        Timestamp(year: year, month: month, day: day, hour: hour, minute: minute)
    }
}

/// The same through `Codable`.
struct CodableFlight: Decodable, Sendable {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let departureDelay: Double?
    let carrier: String
    let origin: String
    let destination: String

    enum CodingKeys: String, CodingKey {
        case year, month, day, hour, minute, carrier, origin
        case departureDelay = "dep_delay"
        case destination = "dest"
    }

    var scheduledDeparture: Timestamp? {
        Timestamp(year: year, month: month, day: day, hour: hour, minute: minute)
    }
}
