public import Millrace
public import RDKafka

/// A record to be written to Kafka, filled by a sink's `encode` function. It is reset and reused for each record.
///
/// ```swift
/// orders.sink(kafka.sink("orders") { order, record in
///     record.setKey(order.customer)
///     record.setValue("\(order.id),\(order.total)")
///     record.headers.append(KafkaHeader("version", "2"))
///     record.topic = "orders-\(order.country)"
/// })
/// ```
public struct OutgoingRecord: Sendable {
    /// The key's bytes. They are ignored unless ``hasKey`` is true.
    public var key: [UInt8] = []
    /// Whether the record has a key; otherwise the key is null. Default: false.
    public var hasKey = false
    /// The value's bytes. They are ignored unless ``hasValue`` is true.
    public var value: [UInt8] = []
    /// Whether the record has a value; otherwise the value is null (a tombstone). Default: true.
    public var hasValue = true
    /// The headers, in order.
    public var headers: [KafkaHeader] = []
    /// The record's timestamp; `nil` for the time at which it is sent. Default: the event time.
    public var timestamp: Timestamp?
    /// The partition to write to; `nil` if the partitioner chooses it by the key. Default: `nil`.
    public var partition: Int32?
    /// The topic to write to. Default: the sink's topic.
    public var topic: String

    /// The sink's topic, which `topic` is set to before each record.
    private let sinkTopic: String

    init(topic: String) {
        self.topic = topic
        sinkTopic = topic
    }

    /// Sets the key to the UTF-8 bytes of a text.
    public mutating func setKey(_ text: String) {
        key.removeAll(keepingCapacity: true)
        key.append(contentsOf: text.utf8)
        hasKey = true
    }

    /// Sets the value to the UTF-8 bytes of a text.
    public mutating func setValue(_ text: String) {
        value.removeAll(keepingCapacity: true)
        value.append(contentsOf: text.utf8)
        hasValue = true
    }

    mutating func begin(_ time: Timestamp) {
        key.removeAll(keepingCapacity: true)
        hasKey = false
        value.removeAll(keepingCapacity: true)
        hasValue = true
        if !headers.isEmpty { headers.removeAll(keepingCapacity: true) }
        timestamp = time
        partition = nil
        if topic != sinkTopic { topic = sinkTopic }
    }
}
