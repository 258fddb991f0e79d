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
func turnover(_ kafka: Kafka, reading options: KafkaSourceOptions = KafkaSourceOptions()) -> Pipeline { elided() }
