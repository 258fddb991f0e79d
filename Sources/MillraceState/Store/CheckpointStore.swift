import Foundation
import MillraceLMDB
import Synchronization

/// The contents of a state folder: manifests, journal and tree in one LMDB environment.
///
/// Written by one thread, the checkpoint writer, and read by any number of `StateReader`s.
package final class CheckpointStore: Sendable {
    package let path: String
    package let environment: Environment
    package let journal: Database
    package let tree: Database
    package let manifests: Database
    let seals: Database
    let verified = VerifiedChunks()
    private let folder: StateFolder
    private let journalSizes = Mutex<[CheckpointNumber: Int]>([:])

    /// Opens the store in `folder`.
    package init(folder: StateFolder, maximumSize: Int = 1 << 40) throws {
        self.folder = folder
        path = folder.path
        do {
            environment = try Environment(
                path: folder.path,
                databases: [StoreKeys.journal, StoreKeys.tree, StoreKeys.manifests, StoreKeys.seals],
                maximumSize: maximumSize)
        } catch let error as LMDBError {
            throw Self.stateError(error, path: folder.path)
        }
        journal = environment.database(StoreKeys.journal)
        tree = environment.database(StoreKeys.tree)
        manifests = environment.database(StoreKeys.manifests)
        seals = environment.database(StoreKeys.seals)
        try checkSeal(isSealed: folder.isSealed && !folder.isNew)
        try folder.markInitialised()
        try reading { try loadJournalSizes($0) }
    }

    /// The number of bytes of the deltas that are not folded yet.
    package var journalBytes: Int { journalSizes.withLock { $0.values.reduce(0, +) } }

    /// The checkpoints whose deltas are not folded yet, oldest first.
    package var journalCheckpoints: [CheckpointNumber] { journalSizes.withLock { $0.keys.sorted() } }

    /// Returns the stored manifests, oldest first: one, or two if the last is only prepared. The one before is then
    /// valid whatever its mark.
    package func storedManifests() throws -> [Manifest] {
        try reading { reader in
            var found: [Manifest] = []
            let cursor = try reader.cursor(manifests)
            var entry = try cursor.first()
            while let (key, value) = entry {
                let manifest = try decodeManifest(value)
                guard manifest.checkpoint == StoreKeys.manifestKey(key) else {
                    throw StateError.damaged(
                        path, "the manifest of checkpoint \(manifest.checkpoint) has another checkpoint's key")
                }
                found.append(manifest)
                entry = try cursor.next()
            }
            return found
        }
    }

    /// Stores a checkpoint, its deltas and its manifest, in one transaction that is on disk when this returns.
    package func commit(_ manifest: Manifest, _ deltas: [StateDelta], crash: CrashSwitch) throws {
        try folder.checkIsThere()
        let checkpoint = manifest.checkpoint
        let encoded = try encodeManifest(manifest)
        try writing { transaction, seal in
            for delta in deltas {
                for (index, chunk) in delta.chunks.enumerated() {
                    try StoreKeys.withJournalKey(
                        checkpoint, delta.state, DeltaChunk.part(task: delta.task, index: index)
                    ) {
                        try seal.put($0, chunk.bytes, in: journal, transaction)
                    }
                }
            }
            try removeManifests(transaction, seal) {
                manifest.mark == .committed ? $0 < checkpoint : $0.next < checkpoint
            }
            try StoreKeys.withManifestKey(checkpoint) { key in
                try encoded.withBytes { try seal.put(key, $0, in: manifests, transaction) }
            }
            try crash.reach(.insideCommit(checkpoint))
        }
        for delta in deltas {
            for index in delta.chunks.indices {
                verified.insert(checkpoint, delta.state, DeltaChunk.part(task: delta.task, index: index))
            }
        }
        let bytes = deltas.reduce(0) { $0 + $1.bytes }
        if bytes > 0 { journalSizes.withLock { $0[checkpoint] = bytes } }
    }

    /// Resolves a prepared checkpoint once the outcome of the output's transaction is known: it is kept or discarded.
    package func resolve(_ prepared: Manifest, keeping: Bool) throws {
        try writing { transaction, seal in
            if keeping {
                var committed = prepared
                committed.mark = .committed
                let encoded = try encodeManifest(committed)
                try removeManifests(transaction, seal) { $0 < prepared.checkpoint }
                try StoreKeys.withManifestKey(prepared.checkpoint) { key in
                    try encoded.withBytes { try seal.put(key, $0, in: manifests, transaction) }
                }
            } else {
                try removeManifests(transaction, seal) { $0 == prepared.checkpoint }
                try removeJournal(transaction, seal) { $0 == prepared.checkpoint }
            }
        }
        if !keeping { journalSizes.withLock { _ = $0.removeValue(forKey: prepared.checkpoint) } }
    }

    /// Removes the deltas of the checkpoints up to `checkpoint`, all of which are in the tree.
    func dropJournal(upTo checkpoint: CheckpointNumber) throws {
        try writing { try removeJournal($0, $1) { $0 <= checkpoint } }
        journalSizes.withLock { sizes in sizes = sizes.filter { $0.key > checkpoint } }
        verified.forget(upTo: checkpoint)
    }

    /// Runs `body` in a write transaction and updates the seal. Errors of LMDB are thrown as `StateError`.
    func writing<R>(_ body: (borrowing WriteTransaction, Seal) throws -> R) throws -> R {
        try writingUnsealed { transaction in
            let seal = Seal()
            let result = try body(transaction, seal)
            try store(seal.change, transaction)
            return result
        }
    }

    /// Runs `body` in a write transaction that does not update the seal.
    func writingUnsealed<R>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
        do {
            return try environment.write(body)
        } catch let error as LMDBError {
            throw Self.stateError(error, path: path)
        }
    }

    package func reading<R>(_ body: (Reader) throws -> R) throws -> R {
        do {
            let reader = try environment.makeReader()
            try reader.begin()
            defer { reader.end() }
            return try body(reader)
        } catch let error as LMDBError {
            throw Self.stateError(error, path: path)
        }
    }

    private func loadJournalSizes(_ reader: Reader) throws {
        var sizes: [CheckpointNumber: Int] = [:]
        let cursor = try reader.cursor(journal)
        var entry = try cursor.first()
        while let (key, chunk) = entry {
            guard let parts = StoreKeys.journalKey(key) else {
                throw StateError.damaged(path, "the journal has a key of \(key.count) bytes")
            }
            sizes[parts.checkpoint, default: 0] += chunk.count
            entry = try cursor.next()
        }
        journalSizes.withLock { $0 = sizes }
    }

    private func removeManifests(
        _ transaction: borrowing WriteTransaction, _ seal: Seal, where condition: (CheckpointNumber) -> Bool
    ) throws {
        var checkpoints: [CheckpointNumber] = []
        do {
            let cursor = try transaction.cursor(manifests)
            var entry = try cursor.first()
            while let (key, _) = entry {
                if let checkpoint = StoreKeys.manifestKey(key) { checkpoints.append(checkpoint) }
                entry = try cursor.next()
            }
        }
        for checkpoint in checkpoints where condition(checkpoint) {
            try StoreKeys.withManifestKey(checkpoint) { try seal.delete($0, in: manifests, transaction) }
        }
    }

    private func removeJournal(
        _ transaction: borrowing WriteTransaction, _ seal: Seal, where condition: (CheckpointNumber) -> Bool
    ) throws {
        var keys: [(CheckpointNumber, StateID, UInt32)] = []
        do {
            let cursor = try transaction.cursor(journal)
            var entry = try cursor.first()
            while let (bytes, _) = entry {
                if let key = StoreKeys.journalKey(bytes) { keys.append((key.checkpoint, key.state, key.part)) }
                entry = try cursor.next()
            }
        }
        for (checkpoint, state, part) in keys where condition(checkpoint) {
            try StoreKeys.withJournalKey(checkpoint, state, part) { try seal.delete($0, in: journal, transaction) }
        }
    }

    private func encodeManifest(_ manifest: Manifest) throws -> Blob {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(manifest)
        var writer = ByteWriter(capacity: json.count + 8)
        json.withUnsafeBytes { bytes in
            writer.write(FrozenHash.bytes(bytes))
            writer.write(bytes)
        }
        return Blob(&writer)
    }

    private func decodeManifest(_ value: UnsafeRawBufferPointer) throws -> Manifest {
        guard value.count > 8 else { throw StateError.damaged(path, "a manifest is cut short") }
        let json = UnsafeRawBufferPointer(rebasing: value[8...])
        guard UInt64(littleEndian: value.loadUnaligned(as: UInt64.self)) == FrozenHash.bytes(json) else {
            throw StateError.damaged(path, "a manifest fails its checksum")
        }
        do {
            return try JSONDecoder().decode(Manifest.self, from: Data(json))
        } catch {
            throw StateError.damaged(path, "a manifest does not decode: \(error)")
        }
    }

    static func stateError(_ error: LMDBError, path: String) -> StateError {
        if error.isDamaged { return .damaged(path, error.description) }
        if error.isDiskFull {
            return StateError(
                .full, "There is no room to write to \(path)/data.mdb: \(error.description)",
                advice: "Free disk space, or raise this user's quota")
        }
        if error.isMapFull {
            return StateError(
                .tooLarge, "There is no room to write to \(path)/data.mdb: \(error.description)",
                advice: "Allow the state folder a larger maximumSize (CheckpointOptions), or keep less state")
        }
        return StateError(
            .unusable, "\(path)/data.mdb cannot be used: \(error.description)",
            advice: "Check the disk and this user's rights to the folder")
    }
}

extension Blob {
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R { try body(bytes) }
}
