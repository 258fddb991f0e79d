import Logging

/// What a source is told about the run that it is part of, before any partition is asked for.
public struct SourceRun: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// The source operator's name in the graph.
    public let operatorID: String
    /// What the run guarantees.
    public let delivery: DeliveryGuarantee
    /// Whether the run goes on from a stored checkpoint, with positions for the partitions of that time.
    public let isResumed: Bool
    /// Whether checkpoints are stored in a folder: what `committed` is told is then for information.
    public let storesPositions: Bool
    /// Whether output is written in transactions that take the positions with them (`SharedOutput`).
    public let commitsPositionsWithOutput: Bool
    /// To be called when `partitions()` would answer differently: the run takes a checkpoint and goes on with the new
    /// ones. May be called from anywhere, any number of times.
    public let partitionsChanged: @Sendable () -> Void
    /// Where the source says what it does.
    public let logger: Logger

    /// For tests of sources.
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

/// A partition that is about to be opened, and where.
public struct PartitionStart<Position: Sendable>: Sendable {
    /// The partition.
    public let partition: PartitionID
    /// Where the checkpoint has it; `nil` if the checkpoint does not know it, or there is none.
    public let position: Position?

    /// Both.
    public init(_ partition: PartitionID, _ position: Position?) {
        self.partition = partition
        self.position = position
    }
}
