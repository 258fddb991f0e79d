public import Millrace
public import RDKafka

/// The names of the headers that Millrace adds to records in retry and dead-letter topics. They state where a record
/// came from and why it failed.
///
/// All values are text; times are in milliseconds since 1970. The names and values are stable: other programs may rely
/// on them.
///
/// ```swift
/// let reasons = graph.source(kafka.source("orders-dead", decoding: .record(.raw))).map { record in
///     let reason = record.headers.text(DeliveryHeader.reason) ?? "unknown"
///     let attempts = record.headers.number(DeliveryHeader.attempts) ?? 0
///     return "\(record.origin.topic), offset \(record.origin.offset): \(reason) (\(attempts) attempts)"
/// }
/// ```
public enum DeliveryHeader {
    /// The prefix of all names.
    public static let prefix = "millrace-"
    /// The topic that the record was originally read from.
    public static let topic = "millrace-topic"
    /// The partition of the original topic.
    public static let partition = "millrace-partition"
    /// The offset in the original partition.
    public static let offset = "millrace-offset"
    /// The timestamp of the original record, in milliseconds since 1970.
    public static let timestamp = "millrace-timestamp"
    /// The reason of the last failure.
    public static let reason = "millrace-reason"
    /// How often the record was attempted, in all rounds.
    public static let attempts = "millrace-attempts"
    /// How often the record was sent to a retry topic.
    public static let round = "millrace-round"
    /// When the record is due for the next attempt, in milliseconds since 1970.
    public static let due = "millrace-due"
    /// The id of the operator that rejected the record.
    public static let operatorID = "millrace-operator"
    /// When the record was rejected, in milliseconds since 1970.
    public static let givenUpAt = "millrace-given-up-at"
    /// The record's event time, in milliseconds since 1970, where its timestamp is a different one
    /// (``KafkaTimestamps``).
    public static let eventTime = "millrace-event-time"
    /// What was removed from a dead letter that was too large for its topic (``KafkaOversize/withoutValue``).
    public static let cut = "millrace-cut"
    /// How often the record was replayed from a dead-letter topic.
    public static let replayed = "millrace-replayed"
}

extension [KafkaHeader] {
    /// Returns the text of the last header with the given name; `nil` if there is none or its value is null.
    ///
    /// ```swift
    /// let shopOrders = orders.filter { $0.headers.text("channel") == "shop" }    // orders: Stream<KafkaRecord<Order>>
    /// ```
    public func text(_ name: String) -> String? {
        last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns the integer in the last header with the given name; `nil` if there is none or it is not an integer.
    ///
    /// ```swift
    /// let current = orders.filter { ($0.headers.number("version") ?? 1) >= 2 }  // orders: Stream<KafkaRecord<Order>>
    /// ```
    public func number(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }

    /// The headers without those of ``DeliveryHeader``, except for the event time.
    ///
    /// ```swift
    /// deadLetters.sink(kafka.sink("orders") { letter, outgoing in    // deadLetters: Stream<KafkaRecord<[UInt8]>>
    ///     outgoing.value = letter.value
    ///     outgoing.headers = letter.headers.withoutDelivery
    /// })
    /// ```
    public var withoutDelivery: [KafkaHeader] {
        filter { !$0.name.hasPrefix(DeliveryHeader.prefix) || $0.name == DeliveryHeader.eventTime }
    }
}

/// The place that a record was originally read from.
///
/// ```swift
/// deadLetters.sink(kafka.sink("orders-review") { letter, outgoing in    // deadLetters: Stream<KafkaRecord<[UInt8]>>
///     outgoing.value = letter.value
///     outgoing.timestamp = letter.origin.timestamp
///     outgoing.headers = letter.headers.withoutDelivery + letter.origin.headers
/// })
/// ```
public struct KafkaOrigin: Sendable, Hashable {
    /// The name of the topic.
    public var topic: String
    /// The number of the partition.
    public var partition: Int32
    /// The offset in the partition.
    public var offset: Int64
    /// The record's timestamp; `nil` if it has none.
    public var timestamp: Timestamp?

    /// Creates an origin from its parts.
    public init(topic: String, partition: Int32, offset: Int64, timestamp: Timestamp?) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
    }

    /// The origin as headers (``DeliveryHeader``).
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
    /// The place that the record was originally read from: taken from its headers if it came through a retry topic,
    /// otherwise its own topic, partition and offset.
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

    /// The number of earlier attempts and retry rounds, according to the record's headers.
    public var retryHistory: RetryHistory {
        RetryHistory(
            rounds: Int(headers.number(DeliveryHeader.round) ?? 0),
            attempts: Int(headers.number(DeliveryHeader.attempts) ?? 0))
    }

    /// Whether the record was replayed from a dead-letter topic.
    public var isReplayed: Bool { headers.contains { $0.name == DeliveryHeader.replayed } }
}

extension KeyParking {
    /// Returns a parking policy for records of Kafka, which recognises retried and replayed records by their headers.
    ///
    /// ```swift
    /// payments.keyed(by: \.value.account)    // payments: Stream<KafkaRecord<Payment>>
    ///     .batches(
    ///         of: 50, onError: .deadLetter(to: rejected), options: .init(retryTopic: retries.route(in: graph)),
    ///         parking: .kafka()
    ///     ) { ... }
    /// ```
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
