import CMillraceRDKafka
import Foundation

/// A partition of a topic.
///
/// ```swift
/// let partition = TopicPartition("orders", 3)
/// let (low, high) = try consumer.watermarks(of: partition, timeout: .seconds(10))
/// print("\(partition): \(high - low) records at most")    // orders/3: 1250 records at most
/// let same = TopicPartition("orders/3")                   // as in a command's argument
/// ```
public struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name of the topic.
    public var topic: String
    /// The number of the partition.
    public var partition: Int32

    /// Creates a reference to a partition from the topic's name and the partition's number.
    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    /// Topic and number, such as `orders/3`.
    public var description: String { "\(topic)/\(partition)" }

    /// Creates a partition from its ``description``; `nil` if the text does not describe one.
    ///
    /// - Parameter text: the topic, a slash and the number, such as `orders/3`.
    public init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/"), let partition = Int32(text[text.index(after: slash)...]) else {
            return nil
        }
        self.init(String(text[..<slash]), partition)
    }
}

extension TopicPartition {
    static func list(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        entries(list).map { TopicPartition(String(cString: $0.topic), $0.partition) }
    }

    static func entries(
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
    }
}

/// An offset of a partition, with metadata, as a group commits it.
///
/// ```swift
/// let partition = TopicPartition("orders", 3)
/// try consumer.assign([CommittedOffset(partition, 0)])
/// ...
/// try consumer.commit([CommittedOffset(partition, 1_250)])    // 1,249 is the last record that is done
/// ```
public struct CommittedOffset: Hashable, Sendable {
    /// The partition.
    public var partition: TopicPartition
    /// The offset of the next record to read.
    public var offset: Int64
    /// The metadata that is committed with the offset; empty if there is none.
    public var metadata: String

    /// Creates an offset from its parts.
    public init(_ partition: TopicPartition, _ offset: Int64, metadata: String = "") {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
    }
}

/// A list of partitions as librdkafka represents it.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<CommittedOffset>) throws {
        guard let list = rd_kafka_topic_partition_list_new(Int32(partitions.count)) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "make a list of partitions")
        }
        pointer = list
        for entry in partitions {
            let place = rd_kafka_topic_partition_list_add(list, entry.partition.topic, entry.partition.partition)
            place?.pointee.offset = entry.offset
            if !entry.metadata.isEmpty, let copy = strdup(entry.metadata) {
                // Freed by the list.
                place?.pointee.metadata = UnsafeMutableRawPointer(copy)
                place?.pointee.metadata_size = strlen(copy)
            }
        }
    }

    init(_ partitions: some Collection<TopicPartition>) throws {
        try self.init(partitions.map { CommittedOffset($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    /// Returns the entries that have an offset. Throws the first error of an entry.
    func offsets(_ operation: String) throws -> [CommittedOffset] { try Self.offsets(pointer, operation) }

    static func offsets(
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>, _ operation: String
    ) throws -> [CommittedOffset] {
        try TopicPartition.entries(list).compactMap { entry in
            let partition = TopicPartition(String(cString: entry.topic), entry.partition)
            try check(entry.err, "\(operation) of \(partition)")
            guard entry.offset >= 0 else { return nil }
            var metadata = ""
            if let bytes = entry.metadata, entry.metadata_size > 0 {
                metadata = String(
                    decoding: UnsafeRawBufferPointer(start: bytes, count: entry.metadata_size), as: UTF8.self)
            }
            return CommittedOffset(partition, entry.offset, metadata: metadata)
        }
    }
}
