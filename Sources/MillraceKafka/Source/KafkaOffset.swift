public import Millrace

/// A place in a partition: the offset of the next record to read.
public struct KafkaOffset: StateValue, Hashable, Sendable, CustomStringConvertible {
    /// The offset.
    public var value: Int64

    /// The offset of the next record.
    public init(_ value: Int64) { self.value = value }

    public static var stateSchema: String { "KafkaOffset" }
    public func encode(into writer: inout ByteWriter) { writer.write(value) }
    public static func decode(from reader: inout ByteReader) throws -> KafkaOffset {
        KafkaOffset(try reader.read(Int64.self))
    }

    public var description: String { "offset \(value)" }
}
