/// The role of an operator at run time.
enum OperatorRole {
    /// Runs in the tasks of its inputs.
    case transform(RecordFlow)
    /// Heads a stage whose tasks read one partition each.
    case source(SourceStage)
    /// Heads a stage whose tasks own one range of keys each.
    case keyed(KeyedStage)
    /// Ends a stream, in the tasks of its input.
    case sink(SinkRole)

    /// Whether it is the head of a stage.
    var isStageHead: Bool {
        switch self {
        case .source, .keyed: true
        case .transform, .sink: false
        }
    }
}

/// How an operator emits the results of its input.
@usableFromInline
enum RecordFlow: Sendable {
    /// At once, at most one result for each record: the position before a record is the position before its result.
    case atMostOne
    /// Before event time passes the record, any number of results for each record.
    case beforeEventTime
    /// It keeps records or results in state.
    case kept
}

/// The functions of a sink that a run calls in addition to writing.
struct SinkRole {
    /// Publishes pending output. Called before the tasks start.
    let recover: @Sendable ([PendingOutput], StartMode, SinkRun) throws -> Void
    /// Called at the end of a run.
    let close: @Sendable () -> Void
    /// Whether its output is kept in the state folder until it is published.
    let needsStateFolder: Bool
    /// The output that it shares with other sinks.
    let sharedOutput: (any SharedOutput)?
}
