import CMillraceRDKafka

/// A group and its member, for a transaction that commits the group's offsets.
///
/// `@unchecked Sendable`: set once, only read, destroyed in deinit.
public final class GroupMetadata: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Counts the group's rebalances; -1 if the client is no member at the moment.
    public let generation: Int32
    /// The member's name, as the group's coordinator gave it; empty if the client is no member at the moment.
    public let member: String

    init?(_ pointer: OpaquePointer?) {
        guard let pointer else { return nil }
        self.pointer = pointer
        (generation, member) = Self.identity(pointer) ?? (-1, "")
    }

    /// A group that has no members: whoever knows its name may commit.
    public init(group: String) throws {
        guard let pointer = rd_kafka_consumer_group_metadata_new(group) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "name group \(group)")
        }
        self.pointer = pointer
        generation = -1
        member = ""
    }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }

    /// Whether a broker would know by it if somebody else has the partitions by now. Without a generation and a member it
    /// accepts offsets of anybody.
    public var isFencing: Bool { generation >= 0 && !member.isEmpty }

    /// librdkafka 2.0 has no other way to ask: "CGMDv2:", generation, group, NUL, member, NUL, ...
    private static func identity(_ pointer: OpaquePointer) -> (Int32, String)? {
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let error = rd_kafka_consumer_group_metadata_write(pointer, &buffer, &size) {
            rd_kafka_error_destroy(error)
            return nil
        }
        guard let buffer else { return nil }
        defer { rd_kafka_mem_free(nil, buffer) }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: size)
        let magic = Array("CGMDv2:".utf8)
        guard bytes.starts(with: magic), size > magic.count + 4 else { return nil }
        let generation = bytes.loadUnaligned(fromByteOffset: magic.count, as: Int32.self)
        let texts = bytes[(magic.count + 4)...].split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard texts.count > 1 else { return nil }
        return (generation, String(decoding: texts[1], as: UTF8.self))
    }
}
