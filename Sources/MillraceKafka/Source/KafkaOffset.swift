public import Millrace
import RDKafka

/// A place in a partition: the offset of the next record to read.
public struct KafkaOffset: StateValue, Hashable, Sendable, CustomStringConvertible {
    /// The offset.
    public var value: Int64
    /// The last record read before it, if there was one. Not in checkpoints of the first versions.
    var last: LastRecord?

    /// The offset of the next record.
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

/// What tells a partition from another of its name: the last record read, which is read once more at a start.
struct LastRecord: Hashable, Sendable {
    var offset: Int64
    /// Milliseconds since 1970; -1 if it has none.
    var timestamp: Int64
    /// Of key and value.
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
