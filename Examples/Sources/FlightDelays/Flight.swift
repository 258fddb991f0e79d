import Millrace

/// A departure from one of New York's airports in 2013, as the `nycflights13` data have it. Times are local; what did
/// not happen (a cancelled flight's departure) is missing.
struct Flight: Decodable, Sendable {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    /// Minutes late, negative if early; missing if cancelled.
    let departureDelay: Double?
    let carrier: String
    let origin: String
    let destination: String

    enum CodingKeys: String, CodingKey {
        case year, month, day, hour, minute, carrier, origin
        case departureDelay = "dep_delay"
        case destination = "dest"
    }

    var isCancelled: Bool { departureDelay == nil }

    /// Local time, written as if it were UTC: only differences and hours of the day matter here.
    var scheduledDeparture: Timestamp? {
        Timestamp(year: year, month: month, day: day, hour: hour, minute: minute)
    }
}
