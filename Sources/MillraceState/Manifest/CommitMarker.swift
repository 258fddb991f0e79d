/// What a transactional output leaves with each commit.
public struct CommitMarker: Sendable, Hashable {
    /// The state folder's identity; empty if there is none.
    public let folder: String
    /// The checkpoint that was committed.
    public let checkpoint: CheckpointNumber

    /// Both.
    public init(folder: String, checkpoint: CheckpointNumber) {
        self.folder = folder
        self.checkpoint = checkpoint
    }
}
