import MillraceKafka
import RDKafka

/// The record that is sent for a dead letter: its key, value and own headers. Of the headers that Millrace adds, it has
/// only the number of replays and the event time.
struct ReplayedRecord: Sendable, Equatable {
    /// The dead letter: topic, partition and offset.
    let source: String
    let topic: String
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [KafkaHeader]
    /// The timestamp of the original record, in milliseconds since 1970; 0, which means the time of sending, if it is
    /// not known.
    let timestamp: Int64

    /// Creates the record for a dead letter.
    ///
    /// - Parameter value: the value to send.
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
