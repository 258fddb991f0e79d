import CMillraceRDKafka
public import Logging
import Synchronization

/// Reads partitions: those that it is told to, or those that a group gives it.
///
/// Each partition is read from a queue of its own (`PartitionQueue`), by whoever works on it, many records a call. A
/// thread of the consumer's serves everything else: errors and the group's rebalances.
public final class KafkaConsumer: Sendable {
    private let client: KafkaClient
    private let isClosed = Atomic(false)
    private let rebalances = OwedAnswers()

    /// What a consumer tells of.
    public enum Event: Sendable {
        /// Most pass by themselves; a fatal one does not.
        case error(KafkaError)
        /// The group gives partitions; to be answered with `take`.
        case assigned([TopicPartition])
        /// The group takes partitions back; to be answered with `release`, before which nobody else gets them.
        case revoked([TopicPartition])
    }

    /// - Parameters:
    ///   - group: whose offsets are read and committed; nothing is joined unless `subscribe` is called.
    ///   - onEvent: called on the consumer's thread.
    public init(
        _ configuration: KafkaConfiguration, group: String, logger: Logger,
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws {
        var configuration = configuration.withDefaults([
            // What is fetched ahead for each partition is bounded by its bytes alone: librdkafka's bound of 100,000 records is
            // small ones in a tenth of a second, and after reaching it, it does not fetch for a while.
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

    /// Leaves the group, if it joined one, and lets go of everything; answers what the group still waits for. Queues have to
    /// be closed before. Takes half a minute at most, whatever the cluster does.
    public func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        client.close(leave: { [rebalances] in ConsumerClosing($0, rebalances).run() })
    }

    /// Reads exactly these partitions, each from its offset.
    public func assign(_ starts: [CommittedOffset]) throws {
        let list = try PartitionList(starts)
        try check(rd_kafka_assign(client.handle, list.pointer), "assign \(starts.count) partitions")
    }

    /// Joins the group for some topics; a name that begins with `^` is a pattern.
    public func subscribe(_ topics: [String]) throws {
        let list = try PartitionList(topics.map { TopicPartition($0, RD_KAFKA_PARTITION_UA) })
        try check(rd_kafka_subscribe(client.handle, list.pointer), "subscribe to \(topics.joined(separator: ", "))")
    }

    /// Begins to read partitions that the group gave, from these offsets.
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

    /// Lets go of partitions that the group took back.
    public func release(_ partitions: [TopicPartition]) throws {
        rebalances.dropAnswer()
        if isCooperative {
            let list = try PartitionList(partitions)
            try check(
                rd_kafka_incremental_unassign(client.handle, list.pointer), "let go of \(partitions.count) partitions")
        } else {
            try check(rd_kafka_assign(client.handle, nil), "let go of all partitions")
        }
    }

    /// Goes on reading partitions that are assigned already from other offsets.
    public func seek(_ starts: [CommittedOffset], timeout: Duration) throws {
        if starts.isEmpty { return }
        let list = try PartitionList(starts)
        try check(
            rd_kafka_seek_partitions(client.handle, list.pointer, timeout.clampedMilliseconds),
            "go to other offsets of \(starts.count) partitions")
        _ = try list.offsets("go to another offset")
    }

    /// Whether the group moves only the partitions that change hands.
    public var isCooperative: Bool { client.isCooperative }

    /// The assignment was lost without being asked for: somebody else may work on the partitions already.
    public var isAssignmentLost: Bool { rd_kafka_assignment_lost(client.handle) != 0 }

    /// The queue of one partition; to be asked for before the partition is assigned, so that no record goes elsewhere.
    public func queue(of partition: TopicPartition) throws -> PartitionQueue {
        guard let queue = rd_kafka_queue_get_partition(client.handle, partition.topic, partition.partition) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, "find the queue of \(partition)")
        }
        rd_kafka_queue_forward(queue, nil)
        return PartitionQueue(queue, partition)
    }

    /// What the group has committed for some partitions; those without are left out.
    public func committed(_ partitions: [TopicPartition], timeout: Duration) throws -> [CommittedOffset] {
        let list = try PartitionList(partitions)
        try check(
            rd_kafka_committed(client.handle, list.pointer, timeout.clampedMilliseconds), "read committed offsets")
        return try list.offsets("read the committed offset")
    }

    /// Commits offsets for the group; returns when the broker has them.
    public func commit(_ offsets: [CommittedOffset]) throws {
        if offsets.isEmpty { return }
        let list = try PartitionList(offsets)
        let error = rd_kafka_commit(client.handle, list.pointer, 0)
        if error == RD_KAFKA_RESP_ERR__NO_OFFSET { return }
        try check(error, "commit offsets of \(offsets[0].partition)\(offsets.count > 1 ? " and others" : "")")
        _ = try list.offsets("commit the offset")
    }

    /// Commits offsets; whether that worked is not told.
    public func commitLater(_ offsets: [CommittedOffset]) throws {
        if offsets.isEmpty { return }
        let list = try PartitionList(offsets)
        try check(rd_kafka_commit(client.handle, list.pointer, 1), "commit offsets")
    }

    /// First and next offset of a partition.
    public func watermarks(of partition: TopicPartition, timeout: Duration) throws -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(
                client.handle, partition.topic, partition.partition, &low, &high, timeout.clampedMilliseconds),
            "ask for the offsets of \(partition)")
        return (low, high)
    }

    /// The last known next offset of a partition, without asking the broker; `nil` if there is none.
    public func knownEnd(of partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let error = rd_kafka_get_watermark_offsets(client.handle, partition.topic, partition.partition, &low, &high)
        return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// For each partition, the first offset whose record's time is at or after `milliseconds` (since 1970); the end if
    /// there is none.
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

    /// Topics and how many partitions each has; all topics, or the one that is named.
    public func topics(named name: String? = nil, timeout: Duration) throws -> [String: Int] {
        try KafkaMetadata.topics(client.handle, named: name, timeout: timeout)
    }

    /// The group's identity, for a transaction that commits its offsets.
    public var groupMetadata: GroupMetadata? { GroupMetadata(rd_kafka_consumer_group_metadata(client.handle)) }

    /// The error that made the consumer useless, if one did.
    public var fatalError: KafkaError? { client.fatalError }
}

extension Duration {
    /// Whole milliseconds, as far as librdkafka's type goes.
    var clampedMilliseconds: Int32 {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return Int32(clamping: milliseconds)
    }
}
