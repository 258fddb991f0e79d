public import Millrace

/// How a Kafka source reads.
public struct KafkaSourceOptions: Sendable {
    /// Where a partition begins that no checkpoint knows. Default: where the group committed, else at its first record.
    public var start: KafkaStart
    /// Whether other processes share the partitions. Default: `.standalone`, this process reads all of them.
    public var membership: KafkaMembership
    /// When the group's offsets are committed, where they are not part of a transaction. Default: with each checkpoint.
    public var commits: KafkaCommits
    /// What to do when a position is not there (any more). Default: `.fail`.
    public var offsetReset: KafkaOffsetReset
    /// The source ends at the offsets that its partitions have when it starts. Default: false, it never ends.
    public var stopsAtLatest: Bool
    /// How often the cluster is asked for new partitions and, with a pattern, topics. Default: 30 s.
    public var partitionDiscoveryInterval: Duration
    /// How long the cluster may take to answer at start. Default: 15 s.
    public var timeout: Duration
    /// How long a rebalance waits for the tasks to finish with partitions that the group takes back. Default: 20 s.
    public var revocationTimeout: Duration

    /// How a Kafka source reads. Each parameter sets the property of its name, where its default is described.
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

/// Where a partition begins that no checkpoint knows. (One that is found while the pipeline runs begins at its beginning.)
public indirect enum KafkaStart: Sendable, Hashable {
    /// At the first record there is.
    case earliest
    /// Behind the last record there is.
    case latest
    /// At the first record made at or after a time.
    case timestamp(Timestamp)
    /// Where the group committed; where it has not, as `orElse` says.
    case committed(orElse: KafkaStart)
}

/// Who reads the partitions.
public enum KafkaMembership: Sendable, Hashable {
    /// This process reads all of them.
    case standalone
    /// The processes of the group share them, with cooperative rebalances (another `partition.assignment.strategy` may be
    /// configured). A commit that falls into a rebalance is refused by the broker: at-least-once, those records are
    /// repeated by whoever has the partition next; exactly-once, their output was not committed either. With `instance`, a process that comes back under the same name within the
    /// session timeout gets its partitions back without a rebalance.
    case group(instance: String? = nil)
}

/// When a group's offsets are committed.
public enum KafkaCommits: Sendable, Hashable, CustomStringConvertible {
    /// With each checkpoint: whatever it covers has been worked on.
    case onCheckpoint
    /// Every so often, up to the last record that the source's own task has worked on.
    case periodic(Duration)
    /// After each batch that the source's own task has worked on; the task waits for the broker.
    case perBatch
    /// After each record; the task waits for the broker.
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

/// What to do when a position is not in the partition, because its records were removed or never were.
public enum KafkaOffsetReset: String, Sendable, Hashable {
    /// The pipeline stops with an error.
    case fail
    /// Go on at the first record there is.
    case earliest
    /// Go on behind the last record there is.
    case latest
}
