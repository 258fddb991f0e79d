import CMillraceRDKafka

/// The identity of a group and of one of its members, in whose name a transaction commits the group's offsets.
///
/// `@unchecked Sendable`: set once, then only read, and destroyed in `deinit`.
///
/// ```swift
/// try producer.beginTransaction()
/// ...
/// if let group = consumer.groupMetadata {
///     let next = CommittedOffset(TopicPartition("orders", 3), 1_250)
///     try producer.sendOffsets([next], group: group, timeout: .seconds(10))
/// }
/// try producer.commitTransaction(timeout: .seconds(10))
/// ```
public final class GroupMetadata: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The number of the group's rebalance that the member takes part in; -1 if the client is not a member.
    public let generation: Int32
    /// The member id that the group's coordinator has assigned; empty if the client is not a member.
    public let member: String

    init?(_ pointer: OpaquePointer?) {
        guard let pointer else { return nil }
        self.pointer = pointer
        (generation, member) = Self.identity(pointer) ?? (-1, "")
    }

    /// Creates the identity of a group without a member. With it, anybody who knows the group's name can commit
    /// offsets.
    ///
    /// - Parameter group: the name of the group.
    public init(group: String) throws {
        guard let pointer = rd_kafka_consumer_group_metadata_new(group) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "name group \(group)")
        }
        self.pointer = pointer
        generation = -1
        member = ""
    }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }

    /// Whether a broker rejects a commit with this identity after the group has rebalanced. Without a generation and a
    /// member id, it accepts offsets from anybody.
    public var isFencing: Bool { generation >= 0 && !member.isEmpty }

    /// Parses the serialised form, as librdkafka 2.0 has no accessors: "CGMDv2:", generation, group, NUL, member, NUL,
    /// ...
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
