import Foundation

/// The checkpoints that a state folder holds, and a decision by hand on one whose outcome is not known.
///
/// With transactional output a checkpoint is stored as *prepared* before the transaction commits. A start finds out what
/// became of it by the note that the transaction left. Where that is gone, somebody has to say whether the output is there:
///
/// ```swift
/// let stored = try StoredCheckpoints(directory: "state")
/// if let prepared = stored.prepared { try stored.resolve(prepared, keeping: true) }
/// ```
///
/// The folder is locked meanwhile: no pipeline can run with it.
public struct StoredCheckpoints {
    /// What a checkpoint says of itself.
    public struct Checkpoint: Sendable, Equatable {
        /// Its number.
        public let number: CheckpointNumber
        /// The pipeline's name.
        public let pipeline: String
        /// The state folder's identity.
        public let folder: String
        /// The transactional output that it waits for, or waited for; `nil` if there is none.
        public let output: String?
        /// Whether the input had been read to its end.
        public let isComplete: Bool
        /// Where each source partition was.
        public let positions: [Position]
    }

    /// Where a source partition was.
    public struct Position: Sendable, Equatable {
        /// The source operator.
        public let operatorID: String
        /// The partition.
        public let partition: PartitionID
        /// The position in words: `offset 17`.
        public let position: String
        /// Records read up to there.
        public let records: UInt64
    }

    private let store: CheckpointStore
    private let recovery: Recovery

    /// Opens a state folder. Throws `StateError` if it is none, is damaged, or is in use.
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

    /// The last checkpoint that counts; `nil` if there is none.
    public var last: Checkpoint? {
        switch recovery {
        case .startOver: nil
        case .resume(let manifest): Checkpoint(manifest)
        case .resolve(_, let before): before.map(Checkpoint.init)
        }
    }

    /// A checkpoint behind that one which counts only if its transaction was committed; `nil` if there is none.
    public var prepared: Checkpoint? {
        guard case .resolve(let manifest, _) = recovery else { return nil }
        return Checkpoint(manifest)
    }

    /// Decides what becomes of the prepared checkpoint. Kept, a run goes on behind it: right if its output is there. Dropped,
    /// a run goes on from the one before and makes that output again: right if it is not there.
    public func resolve(_ checkpoint: Checkpoint, keeping: Bool) throws {
        guard case .resolve(let manifest, let before) = Recovery.plan(try store.storedManifests()),
            manifest.checkpoint == checkpoint.number
        else {
            throw StateError(
                .mismatch, "Checkpoint \(checkpoint.number) in \(store.path) is not one that waits for a decision",
                advice: "Look at the folder again")
        }
        // That the one before counts is said by this one alone, as long as it is there.
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
