/// The marker that a transactional output writes with each commit.
public struct CommitMarker: Sendable, Hashable {
    /// The state folder's identity; empty if there is no state folder.
    public let folder: String
    /// The checkpoint that was committed.
    public let checkpoint: CheckpointNumber

    /// Creates a marker.
    ///
    /// - Parameters:
    ///   - folder: the state folder's identity; empty if there is no state folder.
    ///   - checkpoint: the checkpoint that was committed.
    public init(folder: String, checkpoint: CheckpointNumber) {
        self.folder = folder
        self.checkpoint = checkpoint
    }
}
