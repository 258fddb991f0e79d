public import Millrace
public import RDKafka

/// A record with all that Kafka keeps of it.
public struct KafkaRecord<Value: Sendable>: Sendable {
    /// The key; `nil` for a null key.
    public var key: [UInt8]?
    /// The value, decoded.
    public var value: Value
    /// The headers, in order.
    public var headers: [KafkaHeader]
    /// When it was made, or appended, as the topic is configured; `nil` if it has no time.
    public var timestamp: Timestamp?
    /// The topic.
    public var topic: String
    /// The partition.
    public var partition: Int32
    /// The offset.
    public var offset: Int64

    /// Its event time: what the header `millrace-event-time` says (`KafkaTimestamps.sendingTime`), or else its timestamp.
    public var eventTime: Timestamp? {
        headers.number(DeliveryHeader.eventTime).map { Timestamp(milliseconds: $0) } ?? timestamp
    }

    /// All parts.
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
