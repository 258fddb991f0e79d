public import CMillraceRDKafka

/// A record in librdkafka's memory. It is valid only during the call of the closure that receives it, or until the
/// queue that it is the head of advances.
///
/// ```swift
/// if case .record(let message) = queue.head {
///     let value = message.value.map { String(decoding: $0, as: UTF8.self) }    // copies the bytes
///     print("\(message.topic)/\(message.partition), offset \(message.offset): \(value ?? "null")")
///     queue.advance()
/// }
/// ```
public struct KafkaMessage {
    @usableFromInline let message: UnsafeMutablePointer<rd_kafka_message_t>

    @inlinable
    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) { self.message = message }

    /// The value's bytes; `nil` for a null value (a tombstone).
    @inlinable
    public var value: UnsafeRawBufferPointer? {
        guard let payload = message.pointee.payload else { return nil }
        return UnsafeRawBufferPointer(start: payload, count: message.pointee.len)
    }

    /// The key's bytes; `nil` for a null key.
    @inlinable
    public var key: UnsafeRawBufferPointer? {
        guard let key = message.pointee.key else { return nil }
        return UnsafeRawBufferPointer(start: key, count: message.pointee.key_len)
    }

    /// The size of key and value, in bytes.
    @inlinable
    public var size: Int { message.pointee.len + message.pointee.key_len }

    /// The name of the topic.
    public var topic: String { message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "" }

    /// The number of the partition.
    @inlinable
    public var partition: Int32 { message.pointee.partition }

    /// The offset in the partition.
    @inlinable
    public var offset: Int64 { message.pointee.offset }

    /// The timestamp that the producer or the broker has set, in milliseconds since 1970; `nil` if the record has none.
    @inlinable
    public var timestamp: Int64? {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(message, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || time < 0 ? nil : time
    }

    /// Returns the integer in the text of the last header with the given name; `nil` if there is none.
    public func number(inHeader name: String) -> Int64? {
        var list: OpaquePointer?
        var value: UnsafeRawPointer?
        var size = 0
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list,
            rd_kafka_header_get_last(list, name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let value
        else { return nil }
        return Int64(String(decoding: UnsafeRawBufferPointer(start: value, count: size), as: UTF8.self))
    }

    /// The headers, in order. A name may occur more than once, and a value may be null.
    public var headers: [KafkaHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [KafkaHeader] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let text = name
        {
            headers.append(
                KafkaHeader(
                    String(cString: text), value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: size)) }))
        }
        return headers
    }
}

/// A header of a record.
///
/// ```swift
/// let headers = [KafkaHeader("content-type", "application/json"), KafkaHeader("trace", [0x4b, 0xf9])]
/// try Array(#"{"id":7}"#.utf8).withUnsafeBytes { value in
///     try producer.produce("orders", key: nil, value: value, headers: headers)
/// }
/// ```
public struct KafkaHeader: Sendable, Hashable, Codable {
    /// The name of the header.
    public var name: String
    /// The bytes of the value; `nil` for a null value.
    public var value: [UInt8]?

    /// Creates a header from a name and bytes; `nil` for a null value.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// Creates a header whose value is the UTF-8 bytes of a text.
    public init(_ name: String, _ value: String) {
        self.init(name, Array(value.utf8))
    }
}
