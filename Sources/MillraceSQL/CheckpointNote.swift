import Millrace

/// The record that a task's rows up to a checkpoint are in the database.
struct CheckpointNote: Hashable {
    let task: Int
    /// The identifier of the state folder.
    let folder: String
    let checkpoint: CheckpointNumber
}
