struct Order: Codable, Sendable {
    var shop: String
    var customer: String
    var cents: Int
    var time: Timestamp
}
struct Turnover: Codable, Sendable {
    var shop: String
    var minute: Timestamp
    var cents: Int
}
let orders: Stream<Order> = elided()
