/// The marker that a transactional output writes with each commit.
///
/// A transactional output reads it from where its transactions have written it:
///
/// ```swift
/// func start(_ run: OutputRun) throws -> CommitMarker? {
///     guard let row = try ledger.lastCommit() else { return nil }
///     return CommitMarker(folder: row.folder, checkpoint: CheckpointNumber(row.checkpoint))
/// }
/// ```
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
