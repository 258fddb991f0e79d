import Millrace

/// That a task's rows up to a checkpoint are in the database.
struct CheckpointNote: Hashable {
    let task: Int
    /// The state folder's identity.
    let folder: String
    let checkpoint: CheckpointNumber
}
