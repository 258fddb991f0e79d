import Foundation
import MillraceLMDB

extension CheckpointStore {
    /// Copies the last commit into a new folder. Returns the checkpoint of the copy.
    func export(to directory: String) throws -> CheckpointNumber {
        let folder = try StateFolder(path: directory, fresh: false)
        guard folder.isNew else {
            throw StateError(
                .unusable, "\(directory) holds state already: a savepoint would overwrite it",
                advice: "Name a folder that does not exist")
        }
        do { try environment.copy(into: directory) } catch let error as LMDBError {
            throw Self.stateError(error, path: directory)
        }
        try folder.markInitialised()
        let copy = try CheckpointStore(folder: folder)
        var manifests = try copy.storedManifests()
        if let last = manifests.last, last.mark == .prepared {
            try copy.resolve(last, keeping: false)
            manifests.removeLast()
        }
        guard var manifest = manifests.last else {
            throw StateError(
                .unusable, "\(path) holds no checkpoint yet", advice: "Run the pipeline until its first checkpoint")
        }
        // Output that may not be published yet is published by the original folder only. The copy has an identity of
        // its own.
        manifest.outputs = []
        manifest.output = nil
        manifest.folder = UUID().uuidString
        try copy.resolve(manifest, keeping: true)
        return manifest.checkpoint
    }
}
