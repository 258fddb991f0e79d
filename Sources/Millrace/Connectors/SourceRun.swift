import Logging

/// The run that a source is part of, as passed to `Source.connect(_:)`.
///
/// ```swift
/// func connect(_ run: SourceRun) async throws {
///     try await feed.connect(as: "\(run.pipeline)-\(run.operatorID)")
///     feed.onNewTerminal(run.partitionsChanged)
/// }
/// ```
public struct SourceRun: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// The source operator's name in the graph.
    public let operatorID: String
    /// The delivery guarantee of the run.
    public let delivery: DeliveryGuarantee
    /// Whether the run is restored from a checkpoint, which has positions for the partitions known at that time.
    public let isResumed: Bool
    /// Whether checkpoints are stored in a state folder. The positions passed to `committed` are then not needed for a
    /// restart.
    public let storesPositions: Bool
    /// Whether output is written in transactions that also commit the positions (``SharedOutput``).
    public let commitsPositionsWithOutput: Bool
    /// Tells the run that `partitions()` would return other partitions: it takes a checkpoint and continues with the
    /// new ones. May be called from any thread, and repeatedly.
    public let partitionsChanged: @Sendable () -> Void
    /// The logger of the run.
    public let logger: Logger

    /// Creates a run for tests of sources. Each parameter sets the property of its name.
    public init(
        pipeline: String = "test", operatorID: String = "source", delivery: DeliveryGuarantee = .atLeastOnce,
        isResumed: Bool = false, storesPositions: Bool = false, commitsPositionsWithOutput: Bool = false,
        partitionsChanged: @escaping @Sendable () -> Void = {}, logger: Logger = Logger(label: "millrace")
    ) {
        self.pipeline = pipeline
        self.operatorID = operatorID
        self.delivery = delivery
        self.isResumed = isResumed
        self.storesPositions = storesPositions
        self.commitsPositionsWithOutput = commitsPositionsWithOutput
        self.partitionsChanged = partitionsChanged
        self.logger = logger
    }
}

/// A partition that is to be opened, and its position.
///
/// ```swift
/// func assign(_ starts: [PartitionStart<Int>]) async throws {
///     for start in starts { try await feed.seek(start.partition.name, to: start.position ?? 0) }
/// }
/// ```
public struct PartitionStart<Position: Sendable>: Sendable {
    /// The partition.
    public let partition: PartitionID
    /// The position in the checkpoint; `nil` if there is no checkpoint, or if it does not have the partition.
    public let position: Position?

    /// Creates a start of a partition.
    public init(_ partition: PartitionID, _ position: Position?) {
        self.partition = partition
        self.position = position
    }
}
