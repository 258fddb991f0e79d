public import Millrace
public import RDKafka

/// A record on its way to Kafka, filled by a sink's `encode`. Its buffers are used again for the next one.
public struct OutgoingRecord: Sendable {
    /// The key's bytes, if `hasKey`.
    public var key: [UInt8] = []
    /// False for a null key, as which it begins.
    public var hasKey = false
    /// The value's bytes, if `hasValue`.
    public var value: [UInt8] = []
    /// False for a null value (a tombstone).
    public var hasValue = true
    /// Headers, in order.
    public var headers: [KafkaHeader] = []
    /// The record's time; it begins as the event time. `nil`: the time at which it is sent.
    public var timestamp: Timestamp?
    /// Where it goes; `nil`: where the partitioner puts its key.
    public var partition: Int32?
    /// The topic; it begins as the sink's.
    public var topic: String

    init(topic: String) { self.topic = topic }

    /// A key of text.
    public mutating func setKey(_ text: String) {
        key.removeAll(keepingCapacity: true)
        key.append(contentsOf: text.utf8)
        hasKey = true
    }

    /// A value of text.
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
    }
}
