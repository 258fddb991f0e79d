import MillraceLMDB

/// The keys of the four databases of a state folder. They are big-endian, so that LMDB's order is that of the numbers.
///
///     journal    checkpoint u64 | state u32 | task and part u32        -> DeltaChunk
///     tree       state u32 | slice u64 (sign flipped) | hash u64       -> block: checksum u64 (key, segment), segment
///     manifests  checkpoint u64                                        -> checksum u64, JSON
///     seals      "s"                                                   -> checksum u64, sum u64, count u64 (Seal)
///
/// A block of the tree holds the entries whose hash is at or after the hash in its key and before that of the next
/// block.
enum StoreKeys {
    static let journal = "journal"
    static let tree = "tree"
    static let manifests = "manifests"
    static let seals = "seals"

    /// Calls `body` with the key of the seal.
    static func withSealKey<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(of: UInt8(ascii: "s"), body)
    }

    /// Calls `body` with a journal key.
    static func withJournalKey<R>(
        _ checkpoint: CheckpointNumber, _ state: StateID, _ part: UInt32,
        _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        var key = (checkpoint.value.bigEndian, (UInt64(state.value) << 32 | UInt64(part)).bigEndian)
        return try withUnsafeBytes(of: &key, body)
    }

    /// Returns the parts of a journal key; `nil` if it is not one.
    static func journalKey(
        _ key: UnsafeRawBufferPointer
    ) -> (checkpoint: CheckpointNumber, state: StateID, part: UInt32)? {
        guard key.count == 16 else { return nil }
        let low = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        return (
            CheckpointNumber(UInt64(bigEndian: key.loadUnaligned(as: UInt64.self))), StateID(UInt32(low >> 32)),
            UInt32(truncatingIfNeeded: low)
        )
    }

    /// Calls `body` with a tree key.
    static func withTreeKey<R>(
        _ state: StateID, _ slice: Slice, _ hash: UInt64, _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        try withUnsafeTemporaryAllocation(byteCount: 20, alignment: 8) { key in
            key.storeBytes(of: state.value.bigEndian, as: UInt32.self)
            key.storeBytes(of: ordered(slice).bigEndian, toByteOffset: 4, as: UInt64.self)
            key.storeBytes(of: hash.bigEndian, toByteOffset: 12, as: UInt64.self)
            return try body(UnsafeRawBufferPointer(key))
        }
    }

    /// Returns the parts of a tree key; `nil` if it is not one.
    static func treeKey(_ key: UnsafeRawBufferPointer) -> (state: StateID, slice: Slice, hash: UInt64)? {
        guard key.count == 20 else { return nil }
        let slice = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        return (
            StateID(UInt32(bigEndian: key.loadUnaligned(as: UInt32.self))),
            Slice(Int64(bitPattern: slice ^ 1 << 63)),
            UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 12, as: UInt64.self))
        )
    }

    private static func ordered(_ slice: Slice) -> UInt64 { UInt64(bitPattern: slice.value) ^ 1 << 63 }

    /// Calls `body` with a manifest key.
    static func withManifestKey<R>(
        _ checkpoint: CheckpointNumber, _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        var key = checkpoint.value.bigEndian
        return try withUnsafeBytes(of: &key, body)
    }

    /// Returns the checkpoint of a manifest key; `nil` if it is not one.
    static func manifestKey(_ key: UnsafeRawBufferPointer) -> CheckpointNumber? {
        key.count == 8 ? CheckpointNumber(UInt64(bigEndian: key.loadUnaligned(as: UInt64.self))) : nil
    }
}
