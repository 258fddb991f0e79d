import Millrace
import RDKafka

/// How many bytes a record takes in a topic, before compression, as the only one of its batch. (Format of records, version
/// 2: Kafka's documentation, "Implementation, message format".)
enum RecordSize {
    /// Of the batch's header.
    private static let batch = 61
    /// Of the record: its attributes, and its time and offset relative to the batch's, which are 0.
    private static let fixed = 3

    static func bytes(of record: OutgoingRecord) -> Int {
        var body = fixed + length(record.hasKey ? record.key.count : nil)
        body += length(record.hasValue ? record.value.count : nil) + varint(record.headers.count)
        for header in record.headers { body += length(header.name.utf8.count) + length(header.value?.count) }
        return batch + varint(body) + body
    }

    /// Of a field with its length in front; a null has the length -1.
    private static func length(_ count: Int?) -> Int { count.map { varint($0) + $0 } ?? 1 }

    /// Of a number in seven bits a byte, zigzag.
    private static func varint(_ number: Int) -> Int {
        var (bits, count) = (UInt64(number) << 1, 1)
        while bits > 0x7f {
            bits >>= 7
            count += 1
        }
        return count
    }
}

/// A record that its topic does not take. Sent again, it would be as large.
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

/// What becomes of a dead letter that is larger than its topic takes (`max.message.bytes`).
public enum KafkaOversize: Sendable, Hashable {
    /// The run ends with an error that names the topic, the sizes and the setting.
    case fail
    /// It is left out, with a warning, and counted as skipped.
    case drop
    /// It is written without its value and its own headers: key, reason and where the record came from stay, and the
    /// header `millrace-cut` says how large it was.
    case withoutValue
}
