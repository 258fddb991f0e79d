import Millrace

/// A departure from one of New York's airports in 2013, as the `nycflights13` data have it. Times are local; what did
/// not happen (a cancelled flight's departure) is missing.
struct Flight: SchemaRecord {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    /// Minutes late, negative if early; missing if cancelled.
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

    var isCancelled: Bool { departureDelay == nil }

    /// Local time, written as if it were UTC: only differences and hours of the day matter here.
    var scheduledDeparture: Timestamp? {
        Timestamp(year: year, month: month, day: day, hour: hour, minute: minute)
    }
}
