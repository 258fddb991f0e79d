public import Millrace
import RDKafka

/// The position of a Kafka source in a partition: the offset of the next record to read.
///
/// A source of your own that wraps one of Kafka receives it with each checkpoint:
///
/// ```swift
/// let source = kafka.source("orders", decoding: .json(Order.self))
/// func committed(_ positions: [PartitionStart<KafkaOffset>], isLast: Bool) throws {
///     for start in positions { print("\(start.partition) is done before \(start.position?.value ?? 0)") }
///     try source.committed(positions, isLast: isLast)
/// }
/// ```
public struct KafkaOffset: StateValue, Hashable, Sendable, CustomStringConvertible {
    /// The offset of the next record to read.
    public var value: Int64
    /// The last record that was read before; `nil` if there was none, and in checkpoints of the first versions.
    var last: LastRecord?

    /// Creates a position from the offset of the next record to read.
    public init(_ value: Int64) { self.value = value }

    public static var stateSchema: String { "KafkaOffset" }
    public func encode(into writer: inout ByteWriter) {
        writer.write(value)
        guard let last else { return }
        writer.write(last.offset)
        writer.write(last.timestamp)
        writer.write(last.hash)
    }
    public static func decode(from reader: inout ByteReader) throws -> KafkaOffset {
        var offset = KafkaOffset(try reader.read(Int64.self))
        if reader.remaining > 0 {
            offset.last = LastRecord(
                offset: try reader.read(Int64.self), timestamp: try reader.read(Int64.self),
                hash: try reader.read(UInt64.self))
        }
        return offset
    }

    public var description: String { "offset \(value)" }
}

/// A fingerprint of the last record that was read. At start the record is read again, to detect a topic that was
/// deleted and recreated.
struct LastRecord: Hashable, Sendable {
    var offset: Int64
    /// In milliseconds since 1970; -1 if the record has no timestamp.
    var timestamp: Int64
    /// The hash of key and value.
    var hash: UInt64

    init(offset: Int64, timestamp: Int64, hash: UInt64) {
        self.offset = offset
        self.timestamp = timestamp
        self.hash = hash
    }

    init(_ message: KafkaMessage) {
        offset = message.offset
        timestamp = message.timestamp ?? -1
        var hash = message.key.map { FrozenHash.bytes($0) } ?? 1
        if let value = message.value { hash = FrozenHash.bytes(value, seed: hash) }
        self.hash = hash
    }
}
