/// The error with which a run ends: the operator that failed, its place in the input, and the cause.
///
/// ```swift
/// do {
///     try await pipeline.run(options)
/// } catch PipelineError.failed(let operatorID, let partition, let position, let cause) {
///     print("\(operatorID) failed at \(position) of partition \(partition): \(cause)")
/// } catch PipelineError.gaveUp(let attempts, let cause) {
///     print("It failed \(attempts) times, at last with: \(cause)")
/// }
/// ```
public enum PipelineError: Error, CustomStringConvertible, Sendable {
    /// An operator, source or sink failed. `partition` and `position` are the place in the input at or shortly before
    /// the record that failed; they are empty if it is not known.
    case failed(operatorID: String, partition: String, position: String, cause: any Error)
    /// The pipeline failed `after` times, and the restart strategy allows no further restart, or the run was stopped
    /// before the next one. `cause` is the last failure.
    case gaveUp(after: Int, cause: any Error)
    /// A checkpoint could not be stored, after as many attempts as the restart strategy allows. Earlier checkpoints
    /// remain valid.
    case checkpointsFailed(checkpoint: CheckpointNumber, attempts: Int, cause: any Error)
    /// The run was stopped, cancelled or failed, and did not end within ``RunOptions/stopTimeout``.
    ///
    /// `waitingFor` names the operators and calls that have not ended, and `checkpoint` is the last stored checkpoint,
    /// from which the next run resumes. `cause` is the failure because of which the run was to end; `nil` if it was
    /// stopped or cancelled. The remaining tasks run on until the process ends, and the state folder stays in use until
    /// then.
    case notEnded(within: Duration, waitingFor: [String], checkpoint: CheckpointNumber, cause: (any Error)?)
    /// The runtime's own protocol was violated, which is a bug in Millrace.
    case internalFault(String)

    /// Whether both errors are `failed` with the same operator, partition and position.
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
