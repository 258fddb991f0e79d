import CMillraceRDKafka
public import Logging
import Synchronization

/// A consumer, which reads partitions: either those that it is told to (``assign(_:)``), or those that a group assigns
/// to it (``subscribe(_:)``).
///
/// Each partition has its own queue (``PartitionQueue``), from which records are read in batches, on any thread. A
/// thread of the consumer handles everything else, such as errors and rebalances of the group.
///
/// Operations throw ``KafkaError``.
///
/// ```swift
/// let consumer = try KafkaConsumer(
///     KafkaConfiguration(brokers: "localhost:9092"), group: "billing", logger: Logger(label: "kafka"))
/// let partition = TopicPartition("orders", 0)
/// let queue = try consumer.queue(of: partition)
/// let committed = try consumer.committed([partition], timeout: .seconds(10))
/// try consumer.assign([committed.first ?? CommittedOffset(partition, 0)])
/// ...
/// try consumer.commit([CommittedOffset(partition, 1_250)])
/// ```
public final class KafkaConsumer: Sendable {
    private let client: KafkaClient
    private let isClosed = Atomic(false)
    private let rebalances = OwedAnswers()

    /// An event that a consumer reports.
    public enum Event: Sendable {
        /// An error. Most are temporary; after a fatal one (``KafkaError/isFatal``) the consumer cannot be used any
        /// more.
        case error(KafkaError)
        /// The group assigns partitions to this member. It has to be answered with ``take(_:)``, even if the list is
        /// empty.
        case assigned([TopicPartition])
        /// The group revokes partitions. It has to be answered with ``release(_:)``; until then no other member gets
        /// the partitions.
        case revoked([TopicPartition])
    }

    /// - Parameters:
    ///   - configuration: the brokers and the settings of librdkafka. `enable.auto.commit` and
    ///     `enable.auto.offset.store` are always false.
    ///   - group: the group whose offsets are read and committed. It is joined only by ``subscribe(_:)``.
    ///   - logger: receives librdkafka's log messages.
    ///   - onEvent: called, on the consumer's thread, with errors and rebalances.
    public init(
        _ configuration: KafkaConfiguration, group: String, logger: Logger,
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws {
        var configuration = configuration.withDefaults([
            // Prefetching is limited by bytes alone. librdkafka's default limit of 100,000 records is reached within
            // 0.1 s if records are small, and it then pauses fetching for a while.
            "queued.min.messages": "1000000",
            "queued.max.messages.kbytes": "16384",
            "partition.assignment.strategy": "cooperative-sticky",
            "fetch.wait.max.ms": "100",
            "fetch.error.backoff.ms": "100",
        ])
        configuration["group.id"] = group
        configuration["enable.auto.commit"] = "false"
        configuration["enable.auto.offset.store"] = "false"
        configuration["enable.partition.eof"] = "true"
        client = try KafkaClient(RD_KAFKA_CONSUMER, configuration, logger: logger) { [rebalances] _, event in
            rebalances.note(event)
            switch event {
            case .error(let error): onEvent(.error(error))
            case .rebalance(let assigns, let error, let partitions):
                if let error {
                    onEvent(.error(error))
                    onEvent(.revoked(partitions))
                } else {
                    onEvent(assigns ? .assigned(partitions) : .revoked(partitions))
                }
            case .deliveries: break
            }
        }
    }

    deinit { close() }

    /// Leaves the group, if it has joined one, and closes the connections. Answers rebalances that the group still
    /// waits for. All ``PartitionQueue`` objects must be released before. It takes at most 30 s, even if the cluster
    /// does not answer.
    public func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        client.close(leave: { [rebalances] in ConsumerClosing($0, rebalances).run() })
    }

    /// Starts reading exactly the given partitions, each from its offset.
    ///
    /// - Parameter starts: the partitions and their start offsets; replaces an earlier assignment.
    public func assign(_ starts: [CommittedOffset]) throws {
        let list = try PartitionList(starts)
        try check(rd_kafka_assign(client.handle, list.pointer), "assign \(starts.count) partitions")
    }

    /// Joins the group, which then assigns partitions of the given topics.
    ///
    /// - Parameter topics: names of topics, or regular expressions that begin with `^`.
    public func subscribe(_ topics: [String]) throws {
        let list = try PartitionList(topics.map { TopicPartition($0, RD_KAFKA_PARTITION_UA) })
        try check(rd_kafka_subscribe(client.handle, list.pointer), "subscribe to \(topics.joined(separator: ", "))")
    }

    /// Accepts partitions that the group has assigned, and starts reading them.
    ///
    /// - Parameter starts: the partitions and their start offsets.
    public func take(_ starts: [CommittedOffset]) throws {
        rebalances.dropAnswer()
        let list = try PartitionList(starts)
        if isCooperative {
            try check(
                rd_kafka_incremental_assign(client.handle, list.pointer), "take \(starts.count) more partitions")
        } else {
            try check(rd_kafka_assign(client.handle, list.pointer), "take \(starts.count) partitions")
        }
    }

    /// Stops reading partitions that the group has revoked, so that it can assign them to other members.
    ///
    /// - Parameter partitions: the partitions of the event. If the group is not cooperative, all partitions are
    ///   released.
    public func release(_ partitions: [TopicPartition]) throws {
        rebalances.dropAnswer()
        if isCooperative {
            let list = try PartitionList(partitions)
            try check(
                rd_kafka_incremental_unassign(client.handle, list.pointer), "release \(partitions.count) partitions")
        } else {
            try check(rd_kafka_assign(client.handle, nil), "release all partitions")
        }
    }

    /// Continues reading assigned partitions from other offsets.
    ///
    /// - Parameters:
    ///   - starts: the partitions and their new offsets.
    ///   - timeout: how long to wait.
    public func seek(_ starts: [CommittedOffset], timeout: Duration) throws {
        if starts.isEmpty { return }
        let list = try PartitionList(starts)
        try check(
            rd_kafka_seek_partitions(client.handle, list.pointer, timeout.clampedMilliseconds),
            "seek in \(starts.count) partitions")
        _ = try list.offsets("change the offset")
    }

    /// Whether the group rebalances cooperatively: only partitions that move to another member are revoked.
    public var isCooperative: Bool { client.isCooperative }

    /// Whether the assignment was lost, for instance after a session timeout: other members may be reading the
    /// partitions already.
    public var isAssignmentLost: Bool { rd_kafka_assignment_lost(client.handle) != 0 }

    /// Returns the queue of a partition. Call it before the partition is assigned, so that all its records go to this
    /// queue.
    public func queue(of partition: TopicPartition) throws -> PartitionQueue {
        guard let queue = rd_kafka_queue_get_partition(client.handle, partition.topic, partition.partition) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, "find the queue of \(partition)")
        }
        rd_kafka_queue_forward(queue, nil)
        return PartitionQueue(queue, partition)
    }

    /// Returns the offsets that the group has committed. Partitions without one are omitted.
    ///
    /// - Parameters:
    ///   - partitions: the partitions to look up.
    ///   - timeout: how long to wait for an answer.
    public func committed(_ partitions: [TopicPartition], timeout: Duration) throws -> [CommittedOffset] {
        let list = try PartitionList(partitions)
        try check(
            rd_kafka_committed(client.handle, list.pointer, timeout.clampedMilliseconds), "read committed offsets")
        return try list.offsets("read the committed offset")
    }

    /// Commits offsets for the group. Returns when the broker has stored them.
    ///
    /// - Parameter offsets: the offsets of the next records to read.
    public func commit(_ offsets: [CommittedOffset]) throws {
        if offsets.isEmpty { return }
        let list = try PartitionList(offsets)
        let error = rd_kafka_commit(client.handle, list.pointer, 0)
        if error == RD_KAFKA_RESP_ERR__NO_OFFSET { return }
        try check(error, "commit offsets of \(offsets[0].partition)\(offsets.count > 1 ? " and others" : "")")
        _ = try list.offsets("commit the offset")
    }

    /// Commits offsets for the group without waiting. A failure of the commit is not reported.
    ///
    /// - Parameter offsets: the offsets of the next records to read.
    public func commitLater(_ offsets: [CommittedOffset]) throws {
        if offsets.isEmpty { return }
        let list = try PartitionList(offsets)
        try check(rd_kafka_commit(client.handle, list.pointer, 1), "commit offsets")
    }

    /// Returns the offsets of the first record of a partition (`low`) and of the next record to be written (`high`).
    ///
    /// - Parameters:
    ///   - partition: the partition.
    ///   - timeout: how long to wait for an answer.
    public func watermarks(of partition: TopicPartition, timeout: Duration) throws -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(
                client.handle, partition.topic, partition.partition, &low, &high, timeout.clampedMilliseconds),
            "ask for the offsets of \(partition)")
        return (low, high)
    }

    /// Returns the end of a partition as of the last fetch, without a request; `nil` if it is not known.
    public func knownEnd(of partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let error = rd_kafka_get_watermark_offsets(client.handle, partition.topic, partition.partition, &low, &high)
        return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// Returns for each partition the offset of the first record at or after a time; the end of the partition if there
    /// is none.
    ///
    /// - Parameters:
    ///   - milliseconds: the time, in milliseconds since 1970.
    ///   - partitions: the partitions to look up.
    ///   - timeout: how long to wait for an answer.
    public func offsets(
        at milliseconds: Int64, _ partitions: [TopicPartition], timeout: Duration
    ) throws -> [CommittedOffset] {
        let list = try PartitionList(partitions.map { CommittedOffset($0, milliseconds) })
        try check(
            rd_kafka_offsets_for_times(client.handle, list.pointer, timeout.clampedMilliseconds),
            "look for offsets by time")
        let found = try list.offsets("look for the offset by time")
        return try partitions.map { partition in
            if let entry = found.first(where: { $0.partition == partition }) { return entry }
            return CommittedOffset(partition, try watermarks(of: partition, timeout: timeout).high)
        }
    }

    /// Returns the number of partitions of each topic, by the topic's name.
    ///
    /// - Parameters:
    ///   - name: the topic to look up; `nil` for all topics of the cluster.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``, for a named topic also if it does not exist.
    public func topics(named name: String? = nil, timeout: Duration) throws -> [String: Int] {
        try KafkaMetadata.topics(client.handle, named: name, timeout: timeout)
    }

    /// The group, and the consumer's current membership in it, for a transaction that commits its offsets.
    public var groupMetadata: GroupMetadata? { GroupMetadata(rd_kafka_consumer_group_metadata(client.handle)) }

    /// The error after which the consumer cannot be used any more; `nil` if there is none.
    public var fatalError: KafkaError? { client.fatalError }
}

extension Duration {
    /// Whole milliseconds, clamped to librdkafka's integer type.
    var clampedMilliseconds: Int32 {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return Int32(clamping: milliseconds)
    }
}
