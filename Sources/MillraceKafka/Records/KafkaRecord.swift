public import Millrace
public import RDKafka

/// A decoded record with its key, headers, timestamp and position. Decoded by ``KafkaDecoder/record(_:)``.
///
/// ```swift
/// let orders = graph.source(kafka.source("orders", decoding: .record(.json(Order.self))))
/// let places = orders.filter { $0.headers.text("channel") == "shop" }
///     .map { record in "order \(record.value.id) is in \(record.topic)/\(record.partition) at \(record.offset)" }
/// ```
public struct KafkaRecord<Value: Sendable>: Sendable {
    /// The key's bytes; `nil` for a null key.
    public var key: [UInt8]?
    /// The decoded value.
    public var value: Value
    /// The headers, in order.
    public var headers: [KafkaHeader]
    /// The time at which the record was created or appended, depending on the topic's `message.timestamp.type`; `nil`
    /// if it has none.
    public var timestamp: Timestamp?
    /// The topic that the record was read from.
    public var topic: String
    /// The partition that the record was read from.
    public var partition: Int32
    /// The offset in the partition.
    public var offset: Int64

    /// The event time: the value of the header `millrace-event-time` (``KafkaTimestamps/sendingTime``) if there is one,
    /// otherwise the timestamp.
    public var eventTime: Timestamp? {
        headers.number(DeliveryHeader.eventTime).map { Timestamp(milliseconds: $0) } ?? timestamp
    }

    /// Creates a record from its parts.
    public init(
        key: [UInt8]?, value: Value, headers: [KafkaHeader], timestamp: Timestamp?, topic: String, partition: Int32,
        offset: Int64
    ) {
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}
