import Logging

/// The run that a sink is part of, as passed to `Sink.recover(_:start:in:)`.
///
/// ```swift
/// func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
///     if case .resumed = start, let owner = try bucket.owner(), owner != run.folder {
///         throw SinkError("\(bucket.name) belongs to another state folder", advice: "Choose another bucket")
///     }
///     try bucket.setOwner(run.folder)
///     for output in pending { try bucket.put("part-\(output.checkpoint)-\(output.task)", output.description) }
/// }
/// ```
public struct SinkRun: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// The sink operator's name in the graph.
    public let operatorID: String
    /// The identity of the state folder, which stays the same over restarts; empty if the run has none.
    public let folder: String
    /// Whether this is an attempt after a failure, in the same process. If no checkpoint was stored before the failure,
    /// its start mode may be `fresh`: the output to remove is then only that of the failed attempt.
    public let isRestart: Bool
    /// The published output according to the state folder: for each task number, the last checkpoint before the
    /// restored one in which the task had output. A sink that keeps its own record of what it has written can tell from
    /// it whether that record was lost. `nil` if the state folder does not know, or if the loss is allowed by
    /// ``CheckpointOptions/allowNonRestoredState``.
    public let published: [Int: CheckpointNumber]?
    /// The logger of the run.
    public let logger: Logger

    /// Creates a run for tests of sinks. Each parameter sets the property of its name.
    public init(
        pipeline: String = "test", operatorID: String = "sink", folder: String = "", isRestart: Bool = false,
        published: [Int: CheckpointNumber]? = nil, logger: Logger = Logger(label: "millrace")
    ) {
        self.pipeline = pipeline
        self.operatorID = operatorID
        self.folder = folder
        self.isRestart = isRestart
        self.published = published
        self.logger = logger
    }

    package func of(_ operatorID: String, published: [Int: CheckpointNumber]? = nil) -> SinkRun {
        SinkRun(
            pipeline: pipeline, operatorID: operatorID, folder: folder, isRestart: isRestart, published: published,
            logger: logger)
    }
}
