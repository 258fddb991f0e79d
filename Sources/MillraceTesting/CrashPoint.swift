public import Millrace

/// A step of the commit protocol at which ``PipelineTest/runUntilCrash(_:parallelism:at:)`` ends a run as a crash of
/// the process would.
///
/// The steps are in the order in which a checkpoint goes through them. Which of them occur depends on the pipeline:
/// without keyed state, a run never reaches ``aligned(_:)``; without transactional output, it never reaches
/// ``prepared(_:)``.
///
/// ```swift
/// let second = CheckpointNumber(2)
/// for point in [CrashPoint.handedIn(second), .committed(second), .published(second)] {
///     let test = PipelineTest(seed: 7, checkpoints: .init(directory: temporaryFolder(), every: .milliseconds(10)))
///     #expect(try test.runUntilCrash(pipeline, at: point))
///     try test.run(pipeline)      // resumes from checkpoint 1 or 2
/// }
/// ```
public enum CrashPoint: Hashable, Sendable {
    /// A checkpoint has started; no barrier has been sent.
    case beforeBarriers(CheckpointNumber)
    /// A source task has recorded its position, but not sent the barrier.
    case sourceNoted(CheckpointNumber)
    /// A keyed task has received the barrier from all inputs, but not encoded its changes.
    case aligned(CheckpointNumber)
    /// A task has encoded its changes, but not submitted them.
    case encoded(CheckpointNumber)
    /// All tasks have submitted their changes.
    case handedIn(CheckpointNumber)
    /// The output that sinks have prepared is on disk.
    case outputDurable(CheckpointNumber)
    /// The checkpoint is written, but its transaction is not committed.
    case insideCommit(CheckpointNumber)
    /// The checkpoint is stored as prepared; the transactional output is not committed.
    case prepared(CheckpointNumber)
    /// The transactional output is committed; the store still has the checkpoint as prepared.
    case outputCommitted(CheckpointNumber)
    /// The checkpoint is complete; no output is published.
    case committed(CheckpointNumber)
    /// Some sinks have published their output, others have not.
    case publishing(CheckpointNumber)
    /// All sinks have published their output.
    case published(CheckpointNumber)
    /// A part of the journal is moved into the tree, but the transaction is not committed.
    case insideFold(CheckpointNumber)
    /// A part of the journal has been moved into the tree.
    case foldStepped(CheckpointNumber)

    /// The corresponding step of the engine.
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
