public import Millrace

/// The options of a Kafka source.
///
/// ```swift
/// let options = KafkaSourceOptions(start: .latest, membership: .group(instance: "billing-1"))
/// let orders = graph.source(kafka.source("orders", decoding: .json(Order.self), options: options))
/// ```
public struct KafkaSourceOptions: Sendable {
    /// Where a partition starts if the checkpoint does not contain it. Default: at the group's committed offset,
    /// otherwise at the first record.
    public var start: KafkaStart
    /// Whether the partitions are shared with other processes. Default: `.standalone`, this process reads all of them.
    public var membership: KafkaMembership
    /// When the group's offsets are committed, if they are not part of a transaction. Default: `.onCheckpoint`.
    public var commits: KafkaCommits
    /// What to do if a partition does not have the offset to read from, for example because its records were deleted.
    /// Default: `.fail`.
    public var offsetReset: KafkaOffsetReset
    /// Whether the source ends at the offsets that are the partitions' ends when it starts. Default: false, it does not
    /// end. Group members never end.
    public var stopsAtLatest: Bool
    /// How often the source looks for new partitions and, with a pattern, new topics. Used with `.standalone`
    /// membership only, and not if `stopsAtLatest` is set. Default: 30 s.
    public var partitionDiscoveryInterval: Duration
    /// How long the source waits for the cluster to answer a request at start. Default: 15 s.
    public var timeout: Duration
    /// How long a rebalance waits until the tasks have finished with revoked partitions. After that, the partitions are
    /// released and the attempt fails. Default: 20 s.
    public var revocationTimeout: Duration

    /// Creates options. Each parameter sets the property of the same name, which describes its default.
    public init(
        start: KafkaStart = .committed(orElse: .earliest), membership: KafkaMembership = .standalone,
        commits: KafkaCommits = .onCheckpoint, offsetReset: KafkaOffsetReset = .fail, stopsAtLatest: Bool = false,
        partitionDiscoveryInterval: Duration = .seconds(30), timeout: Duration = .seconds(15),
        revocationTimeout: Duration = .seconds(20)
    ) {
        self.start = start
        self.membership = membership
        self.commits = commits
        self.offsetReset = offsetReset
        self.stopsAtLatest = stopsAtLatest
        self.partitionDiscoveryInterval = partitionDiscoveryInterval
        self.timeout = timeout
        self.revocationTimeout = revocationTimeout
    }
}

/// Where a partition starts if the checkpoint does not contain it.
///
/// A partition that is created while a pipeline with `.standalone` membership runs, or after its last checkpoint,
/// starts at the group's committed offset, otherwise at its first record, regardless of this setting.
///
/// ```swift
/// let yesterday = SystemClock().wallTime.advanced(by: .hours(-24))
/// let options = KafkaSourceOptions(start: .committed(orElse: .timestamp(yesterday)))
/// let orders = graph.source(kafka.source("orders", decoding: .json(Order.self), options: options))
/// ```
public indirect enum KafkaStart: Sendable, Hashable {
    /// At the first available record.
    case earliest
    /// After the last available record: only new records are read.
    case latest
    /// At the first record whose timestamp is at or after a time.
    case timestamp(Timestamp)
    /// At the group's committed offset; if there is none, according to `orElse`.
    case committed(orElse: KafkaStart)
}

/// Which processes read the partitions of a source.
///
/// ```swift
/// let options = KafkaSourceOptions(membership: .group(instance: "billing-1"))
/// let orders = graph.source(kafka.source("orders", decoding: .json(Order.self), group: "billing", options: options))
/// ```
public enum KafkaMembership: Sendable, Hashable {
    /// This process reads all partitions.
    case standalone
    /// The members of the consumer group share the partitions.
    ///
    /// Rebalances are cooperative by default (`partition.assignment.strategy`). A broker rejects commits during a
    /// rebalance. With at-least-once delivery, the next owner of the partition then repeats the records since the last
    /// commit. With exactly-once delivery, their output was not committed either.
    ///
    /// `instance` is a name of this process that is unique in the group. A process that restarts under the same name
    /// within the session timeout gets its partitions back without a rebalance.
    case group(instance: String? = nil)
}

/// When a source commits the group's offsets, if they are not part of a transaction.
///
/// ```swift
/// let pipeline = Pipeline("alerts") { graph in
///     let options = KafkaSourceOptions(commits: .periodic(.seconds(1)))
///     graph.source(kafka.source("orders", decoding: .json(Order.self), options: options))
///         .filter { $0.total > 10_000 }
///         .sink(kafka.sink("large-orders", jsonKeyedBy: \.customer))
/// }
/// try await pipeline.run(RunOptions(delivery: .atLeastOnce))
/// ```
public enum KafkaCommits: Sendable, Hashable, CustomStringConvertible {
    /// With each checkpoint, which covers completely processed records.
    case onCheckpoint
    /// At an interval, up to the last record that the source's own task has processed. Does not wait for the broker.
    case periodic(Duration)
    /// After each batch that the source's own task has processed. The task waits for the broker.
    case perBatch
    /// After each record that the source's own task has processed. The task waits for the broker.
    case perRecord

    public var description: String {
        switch self {
        case .onCheckpoint: "on checkpoint"
        case .periodic(let interval): "every \(interval)"
        case .perBatch: "per batch"
        case .perRecord: "per record"
        }
    }
}

/// What to do if a partition does not have the offset to read from, because its records were deleted or never existed.
///
/// ```swift
/// let options = KafkaSourceOptions(offsetReset: .earliest)    // the topic keeps its records for a day only
/// let readings = graph.source(kafka.source("readings", decoding: .json(Reading.self), options: options))
/// ```
public enum KafkaOffsetReset: String, Sendable, Hashable {
    /// Fails with an error.
    case fail
    /// Continues at the first available record.
    case earliest
    /// Continues after the last available record.
    case latest
}
