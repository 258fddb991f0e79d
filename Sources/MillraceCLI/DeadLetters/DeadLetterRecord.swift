import Millrace
import MillraceKafka
import RDKafka

/// A record of a dead-letter topic. Properties are `nil` where a header is missing or cannot be parsed.
struct DeadLetterRecord: Sendable, Equatable {
    /// The partition of the dead-letter topic.
    let place: TopicPartition
    let offset: Int64
    /// The record's timestamp in the dead-letter topic.
    let timestamp: Timestamp?
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [KafkaHeader]

    /// Topic, partition and offset: `orders-dead/0/17`.
    var name: String { "\(place)/\(offset)" }

    var sizeInBytes: Int {
        (key?.count ?? 0) + (value?.count ?? 0)
            + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }

    // MARK: Headers

    var originTopic: String? { headers.text(DeliveryHeader.topic) }
    var originPartition: Int64? { headers.number(DeliveryHeader.partition) }
    var originOffset: Int64? { headers.number(DeliveryHeader.offset) }
    var originTimestamp: Timestamp? { time(DeliveryHeader.timestamp) }
    var reason: String? { headers.text(DeliveryHeader.reason) }
    var attempts: Int64? { headers.number(DeliveryHeader.attempts) }
    var round: Int64? { headers.number(DeliveryHeader.round) }
    var operatorID: String? { headers.text(DeliveryHeader.operatorID) }
    var givenUpAt: Timestamp? { time(DeliveryHeader.givenUpAt) }
    /// How often the record was replayed before.
    var replays: Int64 { max(0, headers.number(DeliveryHeader.replayed) ?? 0) }

    /// The original place: `orders/3/1234`, with `?` for unknown numbers; `nil` if the topic is not known.
    var origin: String? {
        originTopic.map { topic in
            ([topic] + [originPartition, originOffset].map { $0.map { "\($0)" } ?? "?" }).joined(separator: "/")
        }
    }

    private func time(_ name: String) -> Timestamp? { headers.number(name).map { Timestamp(milliseconds: $0) } }
}

extension DeadLetterRecord {
    init(_ message: KafkaMessage, in place: TopicPartition) {
        self.place = place
        offset = message.offset
        timestamp = message.timestamp.map { Timestamp(milliseconds: $0) }
        key = message.key.map { [UInt8]($0) }
        value = message.value.map { [UInt8]($0) }
        headers = message.headers
    }
}
