/// What an operator is to the runtime.
enum OperatorRole {
    /// Runs in the tasks of its inputs.
    case transform(RecordFlow)
    /// Heads a stage whose tasks read a partition each.
    case source(SourceStage)
    /// Heads a stage whose tasks have a range of keys each.
    case keyed(KeyedStage)
    /// Ends a stream, in the tasks of its input.
    case sink(SinkRole)

    /// Whether a stage begins with it.
    var isStageHead: Bool {
        switch self {
        case .source, .keyed: true
        case .transform, .sink: false
        }
    }
}

/// How an operator passes records on.
@usableFromInline
enum RecordFlow: Sendable {
    /// Each at once, as one record or none: the position before a record is that before its result.
    case atMostOne
    /// All before event time moves past them, each as any number of records.
    case beforeEventTime
    /// Records, or what follows from them, are kept.
    case kept
}

/// What a run calls on a sink, beside writing.
struct SinkRole {
    /// Publishes what is pending, before the tasks start.
    let recover: @Sendable ([PendingOutput], StartMode, SinkRun) throws -> Void
    /// Called at the end of a run.
    let close: @Sendable () -> Void
    /// Its output waits in the state folder until it is published.
    let needsStateFolder: Bool
    /// What it writes through together with other sinks.
    let sharedOutput: (any SharedOutput)?
}
