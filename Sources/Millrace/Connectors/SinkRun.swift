import Logging

/// What a sink is told about the run that it is part of.
public struct SinkRun: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// The sink operator's name in the graph.
    public let operatorID: String
    /// The state folder's identity, the same over restarts; empty if there is none.
    public let folder: String
    /// Whether this is an attempt after a failure, in the same process. Its start mode is `fresh` too if no checkpoint
    /// was stored before the failure: what is to be forgotten then is only what the failed attempt left.
    public let isRestart: Bool
    /// What the state folder says is published: of each task the last checkpoint, before the one that the run resumes
    /// from, in which it had output. A sink that keeps notes of what it has written finds out from it whether they were
    /// lost. `nil` if the folder does not say, or the loss is allowed (`CheckpointOptions.allowNonRestoredState`).
    public let published: [Int: CheckpointNumber]?
    /// Where the sink says what it does.
    public let logger: Logger

    /// For tests of sinks.
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
