struct Order: Codable, Sendable {
    var shop: String
    var cents: Int
    var time: Timestamp
}
struct Turnover: Codable, Sendable {
    var shop: String
    var minute: Timestamp
    var cents: Int
}
struct Visits: Sendable {
    var user: String
    var clicks: Int
}
