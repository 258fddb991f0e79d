import Synchronization

/// A handle that gives access to a running pipeline's state, for queries and savepoints, without stopping the pipeline.
///
/// ```swift
/// let state = StateHandle()
/// options.state = state
/// async let run = pipeline.run(options)
/// ...
/// let count = try state.inspection().value(of: "ann", in: "clicks-per-user", as: Int.self)
/// try state.inspection().export(to: "savepoints/before-the-change")
/// ```
///
/// It shows the state of the last checkpoint. Changes since that checkpoint are not visible.
public final class StateHandle: Sendable {
    private let store = Mutex<CheckpointStore?>(nil)

    /// Creates a handle that is not attached to a pipeline. Set it as the run's option `state`.
    public init() {}

    /// Returns the state of the last checkpoint.
    ///
    /// Release the inspection soon: it keeps the state folder open and locked, also after the run has ended, and the
    /// folder's file may grow while entries are visited.
    ///
    /// - Throws: `StateError` if the pipeline is not running, has no state folder, or has not completed a checkpoint
    ///   yet.
    public func inspection() throws -> StateInspection {
        guard let store = store.withLock({ $0 }) else {
            throw StateError(
                .unusable, "No pipeline that has a state folder is running with this handle",
                advice: "Set it as the run's option state, and a folder as its option checkpoints")
        }
        return try StateInspection(store)
    }

    package func attach(_ store: CheckpointStore?) { self.store.withLock { $0 = store } }
}
