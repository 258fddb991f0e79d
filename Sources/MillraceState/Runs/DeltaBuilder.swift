/// Builds the journal chunks of the changes that one task made to one state in one epoch.
@usableFromInline
package struct DeltaBuilder: ~Copyable {
    private let checkpoint: CheckpointNumber
    private let state: StateID
    private let task: Int
    private var directory = ByteWriter()
    private var directoryEntries: UInt64 = 0
    private var segments = ByteWriter(capacity: 4096)
    private var finished: [Blob] = []
    /// The number of entries so far, including tombstones.
    package private(set) var entries = 0
    /// The number of bytes of segments so far.
    @usableFromInline package var encodedBytes = 0

    /// The number of bytes of segments at which a chunk is closed: small enough for LMDB to find contiguous space for
    /// it and to fold it in one step, large enough that its header is negligible.
    @inlinable package static var chunkSize: Int { 4 << 20 }

    package init(_ checkpoint: CheckpointNumber, _ state: StateID, task: Int) {
        self.checkpoint = checkpoint
        self.state = state
        self.task = task
    }

    /// Records that `slice` was dropped for `hashes`.
    @usableFromInline
    package mutating func drop(_ slice: Slice, hashes: ClosedRange<UInt64>) {
        addDirectoryEntry(slice, flags: DeltaChunk.droppedFlag, offset: 0, length: 0, hashes)
        closeIfLarge()
    }

    /// Adds the entries of `segment` to `slice`, and empties the segment.
    @usableFromInline
    package mutating func add(_ slice: Slice, _ segment: inout SegmentWriter) {
        guard segment.count > 0 else { return }
        entries += segment.count
        let offset = segments.count
        let hashes = segment.firstHash...segment.lastHash
        segment.finish(into: &segments)
        encodedBytes += segments.count - offset
        addDirectoryEntry(slice, flags: 0, offset: offset, length: segments.count - offset, hashes)
        closeIfLarge()
    }

    private mutating func addDirectoryEntry(
        _ slice: Slice, flags: UInt32, offset: Int, length: Int, _ hashes: ClosedRange<UInt64>
    ) {
        directory.write(slice.value)
        directory.write(flags)
        directory.write(UInt32(length))
        directory.write(UInt64(offset))  // made relative to the chunk when it is closed
        directory.write(hashes.lowerBound)
        directory.write(hashes.upperBound)
        directoryEntries += 1
    }

    private mutating func closeIfLarge() {
        if segments.count + directory.count >= Self.chunkSize { closeChunk() }
    }

    private mutating func closeChunk() {
        guard directoryEntries > 0 else { return }
        let segmentsStart = DeltaChunk.headerSize + directory.count
        for entry in 0..<Int(directoryEntries) {
            let place = entry * DeltaChunk.directoryEntrySize + 16
            let offset = directory.withBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt64.self) }
            directory.patch(UInt64(littleEndian: offset) + UInt64(segmentsStart), at: place)
        }
        var chunk = ByteWriter(capacity: segmentsStart + segments.count)
        chunk.write(DeltaChunk.magic)
        chunk.write(DeltaChunk.format)
        chunk.write(UInt64(0))
        chunk.write(checkpoint.value)
        chunk.write(state.value)
        chunk.write(DeltaChunk.part(task: task, index: finished.count))
        chunk.write(directoryEntries)
        directory.withBytes { chunk.write($0) }
        segments.withBytes { chunk.write($0) }
        let checksum = chunk.withBytes { DeltaChunk.checksum($0) }
        chunk.patch(checksum, at: 8)
        finished.append(Blob(&chunk))
        directory.removeAll()
        segments.removeAll()
        directoryEntries = 0
    }

    /// Returns the chunks, or `nil` if there are none. The builder is empty afterwards.
    package mutating func finish() -> StateDelta? {
        closeChunk()
        defer {
            finished = []
            entries = 0
        }
        return finished.isEmpty ? nil : StateDelta(state: state, task: task, chunks: finished, entries: entries)
    }
}

/// The changes that one task made to one state in one epoch.
package struct StateDelta: Sendable {
    package let state: StateID
    package let task: Int
    let chunks: [Blob]
    package let entries: Int

    package init(
        state: StateID, task: Int, chunks: [Blob], entries: Int
    ) {
        self.state = state
        self.task = task
        self.chunks = chunks
        self.entries = entries
    }

    package var bytes: Int { chunks.reduce(0) { $0 + $1.count } }
}
