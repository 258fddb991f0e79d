/// The unit of the journal: what one task changed in one state in one epoch, or a part of that (about
/// `DeltaBuilder.chunkSize` bytes). Little-endian:
///
///     magic "MRD1" u32 | format u32 | state u32 | directory entries u32 | checksum u64 (of all that follows)
///     directory: slice i64 | flags u32 | segment length u32 | segment offset u64 | first hash u64 | last hash u64
///     segments
///
/// A directory entry with flag 1 says that the slice was dropped, for the hashes from first to last, before the
/// entries of this epoch; it has no segment.
enum DeltaChunk {
    static let magic: UInt32 = 0x3144_524d
    static let format: UInt32 = 1
    static let headerSize = 24
    static let directoryEntrySize = 40
    static let droppedFlag: UInt32 = 1

    /// What a directory entry says.
    struct Part {
        let slice: Slice
        let isDrop: Bool
        let hashes: ClosedRange<UInt64>
        /// Where its segment lies in the chunk; empty for a drop.
        let segment: Range<Int>
    }

    static func checksum(_ chunk: UnsafeRawBufferPointer) -> UInt64 {
        FrozenHash.bytes(UnsafeRawBufferPointer(rebasing: chunk[headerSize...]))
    }

    /// Whether the checksum is right.
    static func isIntact(_ chunk: UnsafeRawBufferPointer) -> Bool {
        guard chunk.count >= headerSize else { return false }
        let stored = UInt64(littleEndian: chunk.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        return stored == checksum(chunk)
    }

    /// The directory of a chunk.
    static func directory(_ chunk: UnsafeRawBufferPointer) throws(StateDecodingError) -> [Part] {
        var reader = ByteReader(chunk)
        let magic = try reader.read(UInt32.self)
        let format = try reader.read(UInt32.self)
        guard magic == Self.magic, format == Self.format else {
            throw StateDecodingError(
                expected: "a journal entry of format \(Self.format)", found: "mark \(magic), format \(format)")
        }
        _ = try reader.read(UInt32.self)
        let count = Int(try reader.read(UInt32.self))
        _ = try reader.read(UInt64.self)
        guard count <= reader.remaining / directoryEntrySize else {
            throw StateDecodingError(expected: "a directory of \(count) entries", found: "\(reader.remaining) bytes")
        }
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
