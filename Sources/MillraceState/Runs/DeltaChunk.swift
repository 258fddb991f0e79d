/// A chunk of the journal: the changes that one task made to one state in one epoch, or a part of them (about
/// `DeltaBuilder.chunkSize` bytes). Little-endian:
///
///     magic "MRD1" u32 | format u32 | checksum u64 (of all that follows)
///     checkpoint u64 | state u32 | part u32 | directory entries u64
///     directory: slice i64 | flags u32 | segment length u32 | segment offset u64 | first hash u64 | last hash u64
///     segments
///
/// A directory entry with flag 1 says that the slice was dropped, for the hashes from first to last, before the entries
/// of this epoch; it has no segment. Checkpoint, state and part repeat the chunk's key in the journal, so that a
/// damaged key is detected too.
enum DeltaChunk {
    static let magic: UInt32 = 0x3144_524d
    static let format: UInt32 = 1
    static let headerSize = 40
    static let directoryEntrySize = 40
    static let droppedFlag: UInt32 = 1

    /// An entry of the directory.
    struct Part {
        let slice: Slice
        let isDrop: Bool
        let hashes: ClosedRange<UInt64>
        /// The range of its segment in the chunk; empty for a drop.
        let segment: Range<Int>
    }

    /// Returns the part number of chunk `index` of `task` within a checkpoint and state.
    static func part(task: Int, index: Int) -> UInt32 { UInt32(task) << 16 | UInt32(index) }

    static func checksum(_ chunk: UnsafeRawBufferPointer) -> UInt64 {
        FrozenHash.bytes(UnsafeRawBufferPointer(rebasing: chunk[16...]))
    }

    /// Whether this is the chunk of that key and its checksum is correct.
    static func isIntact(
        _ chunk: UnsafeRawBufferPointer, _ checkpoint: CheckpointNumber, _ state: StateID, _ part: UInt32
    ) -> Bool {
        guard chunk.count >= headerSize else { return false }
        return UInt64(littleEndian: chunk.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) == checksum(chunk)
            && UInt64(littleEndian: chunk.loadUnaligned(fromByteOffset: 16, as: UInt64.self)) == checkpoint.value
            && UInt32(littleEndian: chunk.loadUnaligned(fromByteOffset: 24, as: UInt32.self)) == state.value
            && UInt32(littleEndian: chunk.loadUnaligned(fromByteOffset: 28, as: UInt32.self)) == part
    }

    /// Returns the directory of a chunk.
    static func directory(_ chunk: UnsafeRawBufferPointer) throws(StateDecodingError) -> [Part] {
        var reader = ByteReader(chunk)
        let magic = try reader.read(UInt32.self)
        let format = try reader.read(UInt32.self)
        guard magic == Self.magic, format == Self.format else {
            throw StateDecodingError(
                expected: "a journal entry of format \(Self.format)", found: "mark \(magic), format \(format)")
        }
        for _ in 0..<3 { _ = try reader.read(UInt64.self) }
        let entries = try reader.read(UInt64.self)
        guard entries <= UInt64(reader.remaining / directoryEntrySize) else {
            throw StateDecodingError(expected: "a directory of \(entries) entries", found: "\(reader.remaining) bytes")
        }
        let count = Int(entries)
        var parts: [Part] = []
        parts.reserveCapacity(count)
        for _ in 0..<count {
            let slice = Slice(try reader.read(Int64.self))
            let flags = try reader.read(UInt32.self)
            let length = Int(try reader.read(UInt32.self))
            let offset = try reader.read(UInt64.self)
            let first = try reader.read(UInt64.self)
            let last = try reader.read(UInt64.self)
            guard first <= last, offset <= UInt64(chunk.count), length <= chunk.count - Int(offset) else {
                throw StateDecodingError(
                    expected: "a segment within \(chunk.count) bytes", found: "\(length) bytes at \(offset)")
            }
            parts.append(
                Part(
                    slice: slice, isDrop: flags & droppedFlag != 0, hashes: first...last,
                    segment: Int(offset)..<Int(offset) + length))
        }
        return parts
    }
}
