/// Why a pipeline stopped: which operator, where in the input, and the cause.
public enum PipelineError: Error, CustomStringConvertible, Sendable {
    /// An operator, source or sink failed.
    case failed(operatorID: String, partition: String, position: String, cause: any Error)
    /// As `failed`, after the restart strategy gave up.
    case gaveUp(after: Int, cause: any Error)
    /// The checkpoints could not be stored.
    case checkpointsFailed(checkpoint: CheckpointNumber, attempts: Int, cause: any Error)
    /// The run was to end, because it was stopped or because of `cause`, and had not done so within
    /// `RunOptions.stopTimeout`: what it waited for. The last checkpoint stands; what is still under way goes on until
    /// the process ends, and keeps the state folder in use.
    case notEnded(within: Duration, waitingFor: [String], checkpoint: CheckpointNumber, cause: (any Error)?)
    /// A protocol was broken: a fault of Millrace.
    case internalFault(String)

    /// Whether both say that one record failed, or that one place of a source did.
    func isAtSamePlace(as other: PipelineError?) -> Bool {
        guard case .failed(let operatorID, let partition, let position, _) = self,
            case .failed(operatorID, partition, position, _) = other
        else { return false }
        return !partition.isEmpty
    }

    public var description: String {
        switch self {
        case .failed(let operatorID, let partition, let position, let cause):
            let place = partition.isEmpty ? "" : ", partition \(partition)"
            let at = position.isEmpty ? "" : ", position \(position)"
            return "operator \(operatorID)\(place)\(at): \(cause)"
        case .gaveUp(let attempts, let cause):
            return "the pipeline failed \(attempts) times and its restart strategy gave up; the last time: \(cause)"
        case .checkpointsFailed(let checkpoint, let attempts, let cause):
            return
                "checkpoint \(checkpoint) could not be stored in \(attempts) attempts; nothing stored before is lost: \(cause)"
        case .notEnded(let limit, let holdUps, let checkpoint, let cause):
            let reason = cause.map { "; it was to end because of this: \($0)" } ?? ""
            let place =
                checkpoint == .none
                ? "Nothing was stored, and the next run begins anew"
                : "Checkpoint \(checkpoint) stands, and the next run goes on from there"
            return
                "the run did not end within \(limit) (stopTimeout); it waits for \(holdUps.isEmpty ? "its tasks" : holdUps.joined(separator: "; ")). \(place). End this process; what an operator calls has to end when its task is cancelled, and must not block for long\(reason)"
        case .internalFault(let what):
            return "this should not happen, please report it: \(what)"
        }
    }
}
