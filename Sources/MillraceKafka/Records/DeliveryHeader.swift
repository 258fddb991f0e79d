public import Millrace
public import RDKafka

/// The headers that say where a record in a retry or dead-letter topic came from and what became of it. All values are
/// text; times are milliseconds since 1970. Part of the public interface.
public enum DeliveryHeader {
    /// What all of them begin with.
    public static let prefix = "millrace-"
    /// The topic that the record was first in.
    public static let topic = "millrace-topic"
    /// Its partition there.
    public static let partition = "millrace-partition"
    /// Its offset there.
    public static let offset = "millrace-offset"
    /// Its time there.
    public static let timestamp = "millrace-timestamp"
    /// Why it failed last.
    public static let reason = "millrace-reason"
    /// How often it was tried, in all rounds.
    public static let attempts = "millrace-attempts"
    /// How often it was sent to a retry topic.
    public static let round = "millrace-round"
    /// When it is to be tried again.
    public static let due = "millrace-due"
    /// The operator that gave it up.
    public static let operatorID = "millrace-operator"
    /// When it was given up.
    public static let givenUpAt = "millrace-given-up-at"
    /// A record's event time, where its timestamp is the time of sending (`KafkaTimestamps.sendingTime`).
    public static let eventTime = "millrace-event-time"
    /// What was left out of a dead letter that was too large for its topic.
    public static let cut = "millrace-cut"
    /// How often it was sent back from a dead-letter topic.
    public static let replayed = "millrace-replayed"
}

extension [KafkaHeader] {
    /// The text of the last header with a name.
    public func text(_ name: String) -> String? {
        last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The number in the last header with a name.
    public func number(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }

    /// Without those that delivery adds.
    public var withoutDelivery: [KafkaHeader] {
        filter { !$0.name.hasPrefix(DeliveryHeader.prefix) || $0.name == DeliveryHeader.eventTime }
    }
}

/// Where a record was first.
public struct KafkaOrigin: Sendable, Hashable {
    /// The topic.
    public var topic: String
    /// The partition.
    public var partition: Int32
    /// The offset.
    public var offset: Int64
    /// Its time; `nil` if it has none.
    public var timestamp: Timestamp?

    /// All parts.
    public init(topic: String, partition: Int32, offset: Int64, timestamp: Timestamp?) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
    }

    /// The headers that say so.
    public var headers: [KafkaHeader] {
        var headers = [
            KafkaHeader(DeliveryHeader.topic, topic), KafkaHeader(DeliveryHeader.partition, "\(partition)"),
            KafkaHeader(DeliveryHeader.offset, "\(offset)"),
        ]
        if let timestamp { headers.append(KafkaHeader(DeliveryHeader.timestamp, "\(timestamp.milliseconds)")) }
        return headers
    }
}

extension KafkaRecord {
    /// Where the record was first, if it came back through a retry topic; otherwise where it is.
    public var origin: KafkaOrigin {
        guard let topic = headers.text(DeliveryHeader.topic),
            let partition = headers.number(DeliveryHeader.partition).flatMap({ Int32(exactly: $0) }),
            let offset = headers.number(DeliveryHeader.offset)
        else {
            return KafkaOrigin(topic: self.topic, partition: self.partition, offset: self.offset, timestamp: timestamp)
        }
        return KafkaOrigin(
            topic: topic, partition: partition, offset: offset,
            timestamp: headers.number(DeliveryHeader.timestamp).map { Timestamp(milliseconds: $0) })
    }

    /// What it has behind it.
    public var retryHistory: RetryHistory {
        RetryHistory(
            rounds: Int(headers.number(DeliveryHeader.round) ?? 0),
            attempts: Int(headers.number(DeliveryHeader.attempts) ?? 0))
    }

    /// Whether it was sent back from a dead-letter topic.
    public var isReplayed: Bool { headers.contains { $0.name == DeliveryHeader.replayed } }
}

extension KeyParking {
    /// For records of Kafka, which say in their headers how they come.
    public static func kafka<Value>() -> KeyParking where Record == KafkaRecord<Value> {
        KeyParking { record in
            if record.retryHistory.rounds > 0 { return .retried }
            return record.isReplayed ? .replayed : .first
        }
    }
}

extension KafkaRecord: SizedRecord where Value: SizedRecord {
    public var sizeInBytes: Int {
        (key?.count ?? 0) + value.sizeInBytes
            + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }
}
