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
    /// Where the sink says what it does.
    public let logger: Logger

    /// For tests of sinks.
    public init(
        pipeline: String = "test", operatorID: String = "sink", folder: String = "", isRestart: Bool = false,
        logger: Logger = Logger(label: "millrace")
    ) {
        self.pipeline = pipeline
        self.operatorID = operatorID
        self.folder = folder
        self.isRestart = isRestart
        self.logger = logger
    }

    func of(_ node: OperatorNode) -> SinkRun {
        SinkRun(pipeline: pipeline, operatorID: node.id, folder: folder, isRestart: isRestart, logger: logger)
    }
}
