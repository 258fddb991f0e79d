import Foundation

/// The checkpoints in a state folder, with a way to decide by hand about a checkpoint whose outcome is unknown.
///
/// With transactional output, a checkpoint is stored as *prepared* before the output's transaction commits. A start
/// finds out whether the transaction committed from a marker that the transaction has written. If the marker is
/// missing, the decision has to be made by hand, according to whether the output is there:
///
/// ```swift
/// let stored = try StoredCheckpoints(directory: "state")
/// if let prepared = stored.prepared { try stored.resolve(prepared, keeping: true) }
/// ```
///
/// The folder is locked as long as this value exists: no pipeline can run with it.
public struct StoredCheckpoints {
    /// A checkpoint in the folder.
    public struct Checkpoint: Sendable, Equatable {
        /// The checkpoint's number.
        public let number: CheckpointNumber
        /// The pipeline's name.
        public let pipeline: String
        /// The state folder's identity.
        public let folder: String
        /// The name of the transactional output that the checkpoint waits for or has waited for; `nil` if there is
        /// none.
        public let output: String?
        /// Whether the input had been read completely.
        public let isComplete: Bool
        /// The position of each source partition.
        public let positions: [Position]
    }

    /// The position of a source partition.
    public struct Position: Sendable, Equatable {
        /// The id of the source operator.
        public let operatorID: String
        /// The partition within the source.
        public let partition: PartitionID
        /// The position in words, such as `offset 17`.
        public let position: String
        /// The number of records read up to the position.
        public let records: UInt64
    }

    private let store: CheckpointStore
    private let recovery: Recovery

    /// Opens a state folder.
    ///
    /// - Parameter directory: the path of the state folder.
    /// - Throws: `StateError` if the folder does not exist, holds no state, is damaged, or is in use by another
    ///   process.
    public init(directory: String) throws {
        guard FileManager.default.fileExists(atPath: directory) else {
            throw StateError(
                .unusable, "There is no folder \(directory)", advice: "Name the folder that a pipeline was run with")
        }
        let folder = try StateFolder(path: directory, fresh: false)
        guard !folder.isNew else {
            throw StateError(
                .unusable, "\(directory) holds no state", advice: "Name the folder that a pipeline was run with")
        }
        store = try CheckpointStore(folder: folder)
        recovery = Recovery.plan(try store.storedManifests())
    }

    /// The last committed checkpoint; `nil` if there is none.
    public var last: Checkpoint? {
        switch recovery {
        case .startOver: nil
        case .resume(let manifest): Checkpoint(manifest)
        case .resolve(_, let before): before.map(Checkpoint.init)
        }
    }

    /// The checkpoint after `last` that only becomes valid if its transaction was committed; `nil` if there is none.
    public var prepared: Checkpoint? {
        guard case .resolve(let manifest, _) = recovery else { return nil }
        return Checkpoint(manifest)
    }

    /// Decides whether the prepared checkpoint is kept or discarded.
    ///
    /// Restart: if it is kept, the next run continues after it, which is right if its output was committed. If it is
    /// discarded, the next run continues from the checkpoint before and writes that output again, which is right if its
    /// output was not committed.
    ///
    /// - Parameters:
    ///   - checkpoint: the prepared checkpoint.
    ///   - keeping: whether the checkpoint is kept.
    /// - Throws: `StateError` if the checkpoint is not, or no longer, prepared.
    public func resolve(_ checkpoint: Checkpoint, keeping: Bool) throws {
        guard case .resolve(let manifest, let before) = Recovery.plan(try store.storedManifests()),
            manifest.checkpoint == checkpoint.number
        else {
            throw StateError(
                .mismatch, "Checkpoint \(checkpoint.number) in \(store.path) is not one that waits for a decision",
                advice: "Open the folder again and read its checkpoints anew")
        }
        // The checkpoint before may itself still be marked as prepared; that it is valid follows only from this one.
        if !keeping, let before { try store.resolve(before, keeping: true) }
        try store.resolve(manifest, keeping: keeping)
    }
}

extension StoredCheckpoints.Checkpoint {
    package init(_ manifest: Manifest) {
        self.init(
            number: manifest.checkpoint, pipeline: manifest.pipeline, folder: manifest.folder,
            output: manifest.output?.name, isComplete: manifest.isComplete,
            positions: manifest.sources.map {
                StoredCheckpoints.Position(
                    operatorID: $0.operatorID, partition: $0.partition, position: $0.positionText, records: $0.records)
            })
    }
}
