/// The steps of the commit protocol at which a test can end a run as a crash would (`CrashPoint` in MillraceTesting).
///
/// In production no switch is set, and a step costs one comparison per checkpoint.
package enum CommitStep: Hashable, Sendable {
    /// The coordinator has started a checkpoint; no barrier has been sent.
    case beforeBarriers(CheckpointNumber)
    /// A source task has recorded its position and is about to send the barrier.
    case sourceNoted(CheckpointNumber)
    /// A keyed task has aligned its inputs and is about to encode its delta.
    case aligned(CheckpointNumber)
    /// A task has encoded its delta and is about to submit it.
    case encoded(CheckpointNumber)
    /// All tasks have submitted their deltas.
    case handedIn(CheckpointNumber)
    /// The sinks' prepared output is on disk.
    case outputDurable(CheckpointNumber)
    /// All entries are written; the transaction is not committed.
    case insideCommit(CheckpointNumber)
    /// The checkpoint is stored as prepared; the transactional output has not committed it.
    case prepared(CheckpointNumber)
    /// The transactional output has committed; the store still says prepared.
    case outputCommitted(CheckpointNumber)
    /// The checkpoint is committed; tasks and sinks have not been informed.
    case committed(CheckpointNumber)
    /// Some sinks have published, others have not.
    case publishing(CheckpointNumber)
    /// All sinks have published.
    case published(CheckpointNumber)
    /// A fold step is written; its transaction is not committed.
    case insideFold(CheckpointNumber)
    /// A fold step is committed.
    case foldStepped(CheckpointNumber)

    /// The checkpoint that the step belongs to.
    package var checkpoint: CheckpointNumber {
        switch self {
        case .beforeBarriers(let number), .sourceNoted(let number), .aligned(let number), .encoded(let number),
            .handedIn(let number), .outputDurable(let number), .insideCommit(let number), .prepared(let number),
            .outputCommitted(let number), .committed(let number), .publishing(let number), .published(let number),
            .insideFold(let number), .foldStepped(let number):
            number
        }
    }
}

/// A hook by which a test decides whether the run crashes at a step.
package struct CrashSwitch: Sendable {
    private let decide: (@Sendable (CommitStep) throws -> Void)?

    /// A switch that never crashes.
    package static let off = CrashSwitch(nil)

    /// Creates a switch that crashes when `decide` throws.
    package init(_ decide: (@Sendable (CommitStep) throws -> Void)?) {
        self.decide = decide
    }

    package func reach(_ point: @autoclosure () -> CommitStep) throws {
        if let decide { try decide(point()) }
    }
}

/// The error that a test's crash switch throws: the run ends immediately, without clean-up or retries.
package struct SimulatedCrash: Error, Hashable, Sendable, CustomStringConvertible {
    /// The step at which the run crashed.
    package let step: CommitStep

    /// Creates a crash at `step`.
    package init(at step: CommitStep) { self.step = step }

    package var description: String { "simulated crash at \(step)" }
}

extension CrashSwitch {
    package func caused(_ error: any Error) -> Bool { error is SimulatedCrash }
}
