import MillraceKafka
import RDKafka

/// What is sent for a dead letter: key, value and headers of its own, without what delivery added to them, but for the
/// number of times that it was sent back.
struct ReplayedRecord: Sendable, Equatable {
    /// The dead letter that it is sent for.
    let source: String
    let topic: String
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [KafkaHeader]
    /// Milliseconds since 1970, as the original had it; 0 where that is not known, for the time at which it is sent.
    let timestamp: Int64

    /// - Parameter value: the value to send, the dead letter's own or another.
    init(_ letter: DeadLetterRecord, to topic: String, value: [UInt8]?) {
        source = letter.name
        self.topic = topic
        key = letter.key
        self.value = value
        let (count, isTooMany) = letter.replays.addingReportingOverflow(1)
        headers =
            letter.headers.withoutDelivery + [
                KafkaHeader(DeliveryHeader.replayed, "\(isTooMany ? letter.replays : count)")
            ]
        timestamp = max(0, letter.originTimestamp?.milliseconds ?? 0)
    }

    var sizeInBytes: Int {
        (key?.count ?? 0) + (value?.count ?? 0)
            + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }

    /// `orders-dead/0/17 to orders, key 5, 120 bytes`.
    var description: String {
        let shownKey = key.map { ShownBytes.cut(ShownBytes.printable(ShownBytes.word($0)), to: 40) } ?? "null"
        let size = value.map { "\(TextTable.grouped(Int64($0.count))) bytes" } ?? "no value"
        return "\(source) to \(ShownBytes.printable(topic)), key \(shownKey), \(size)"
    }
}
