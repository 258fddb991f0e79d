public import Millrace

/// The steps of the commit protocol at which `PipelineTest.runUntilCrash` ends a run, as a crash of the process would.
///
/// They are in the order in which a checkpoint goes through them. Which of them occur depends on the pipeline: a run without
/// keyed state never reaches `aligned`, one without a transactional output never reaches `prepared`.
public enum CrashPoint: Hashable, Sendable {
    /// A checkpoint has begun; no barrier has been sent.
    case beforeBarriers(CheckpointNumber)
    /// A source task has noted its position, and has not sent the barrier.
    case sourceNoted(CheckpointNumber)
    /// A keyed task has received the barrier from all inputs, and has not encoded its changes.
    case aligned(CheckpointNumber)
    /// A task has encoded its changes, and has not handed them in.
    case encoded(CheckpointNumber)
    /// All tasks have handed in their changes.
    case handedIn(CheckpointNumber)
    /// The output that sinks have prepared is on disk.
    case outputDurable(CheckpointNumber)
    /// The checkpoint is written, and its transaction is not committed.
    case insideCommit(CheckpointNumber)
    /// The checkpoint is stored as prepared; the transactional output has not committed.
    case prepared(CheckpointNumber)
    /// The transactional output has committed; the store still says prepared.
    case outputCommitted(CheckpointNumber)
    /// The checkpoint is complete; nothing is published.
    case committed(CheckpointNumber)
    /// Some sinks have published their output, others have not.
    case publishing(CheckpointNumber)
    /// All sinks have published their output.
    case published(CheckpointNumber)
    /// Part of the journal is moved into the tree, and the transaction is not committed.
    case insideFold(CheckpointNumber)
    /// Part of the journal has been moved into the tree.
    case foldStepped(CheckpointNumber)

    /// The step in the engine's terms.
    package var step: CommitStep {
        switch self {
        case .beforeBarriers(let number): .beforeBarriers(number)
        case .sourceNoted(let number): .sourceNoted(number)
        case .aligned(let number): .aligned(number)
        case .encoded(let number): .encoded(number)
        case .handedIn(let number): .handedIn(number)
        case .outputDurable(let number): .outputDurable(number)
        case .insideCommit(let number): .insideCommit(number)
        case .prepared(let number): .prepared(number)
        case .outputCommitted(let number): .outputCommitted(number)
        case .committed(let number): .committed(number)
        case .publishing(let number): .publishing(number)
        case .published(let number): .published(number)
        case .insideFold(let number): .insideFold(number)
        case .foldStepped(let number): .foldStepped(number)
        }
    }
}
