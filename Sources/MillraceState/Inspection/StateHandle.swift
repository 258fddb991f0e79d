import Synchronization

/// A way to a running pipeline's state: questions and savepoints, without stopping it.
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
/// What it shows is the last checkpoint, whole; what tasks have changed since is not there yet.
public final class StateHandle: Sendable {
    private let store = Mutex<CheckpointStore?>(nil)

    /// Of no pipeline yet.
    public init() {}

    /// The state as the last checkpoint has it. Throws `StateError` if the pipeline does not run, keeps no state folder, or
    /// has taken no checkpoint yet. Let go of it soon: meanwhile the folder's file may grow.
    public func inspection() throws -> StateInspection {
        guard let store = store.withLock({ $0 }) else {
            throw StateError(
                .unusable, "no pipeline runs with this handle and a state folder",
                advice: "Give it to the run's options (state), and the run a folder (checkpoints)")
        }
        return try StateInspection(store)
    }

    package func attach(_ store: CheckpointStore?) { self.store.withLock { $0 = store } }
}
