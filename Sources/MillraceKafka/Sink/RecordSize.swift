import Millrace
import RDKafka

/// Computes the size of a record in a topic, in bytes, before compression and as the only record of its batch. (Record
/// format version 2: Kafka's documentation, "Implementation, Message Format".)
enum RecordSize {
    /// The size of a batch's header.
    private static let batch = 61
    /// The size of a record's attributes, timestamp delta and offset delta; both deltas are 0.
    private static let fixed = 3

    static func bytes(of record: OutgoingRecord) -> Int {
        var body = fixed + length(record.hasKey ? record.key.count : nil)
        body += length(record.hasValue ? record.value.count : nil) + varint(record.headers.count)
        for header in record.headers { body += length(header.name.utf8.count) + length(header.value?.count) }
        return batch + varint(body) + body
    }

    /// The size of a length-prefixed field; null is written as the length -1.
    private static func length(_ count: Int?) -> Int { count.map { varint($0) + $0 } ?? 1 }

    /// The size of a number as a zigzag varint.
    private static func varint(_ number: Int) -> Int {
        var (bits, count) = (UInt64(number) << 1, 1)
        while bits > 0x7f {
            bits >>= 7
            count += 1
        }
        return count
    }
}

/// A record that is larger than its topic accepts. It is permanent: a retry would be as large.
struct RecordTooLarge: PermanentFailure, CustomStringConvertible {
    let topic: String
    let bytes: Int
    let limit: Int
    var isDeadLetter = false

    var description: String {
        let policy =
            isDeadLetter
            ? ", or give the dead letters oversized: .withoutValue, which keeps what says where the record is" : ""
        return
            "a record of \(bytes) bytes is too large for topic \(topic), which takes \(limit) (MSG_SIZE_TOO_LARGE). Raise the topic's max.message.bytes, or compress (compression.type)\(policy)"
    }
}

/// What the dead-letter sink does with a record that is larger than its topic accepts (`max.message.bytes`).
///
/// ```swift
/// rejected.stream.sink(kafka.deadLetters("orders-dead", payload: .raw, oversized: .withoutValue))
/// ```
public enum KafkaOversize: Sendable, Hashable {
    /// Fails the run with an error that names the topic, the sizes and the setting to change.
    case fail
    /// Discards the record, logs a warning and counts it as skipped.
    case drop
    /// Writes the record with a null value and without its own headers. Its key, the reason and the origin are kept,
    /// and the header `millrace-cut` states the size of the value. If it is still too large, the run fails.
    case withoutValue
}
