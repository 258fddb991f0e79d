import Foundation
import MillraceLMDB

extension CheckpointStore {
    /// Copies what was committed last into a new folder.
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
        // What may not be published yet is the original's to publish; and a copy is not the folder that it was made of.
        manifest.outputs = []
        manifest.output = nil
        manifest.folder = UUID().uuidString
        try copy.resolve(manifest, keeping: true)
        return manifest.checkpoint
    }
}
