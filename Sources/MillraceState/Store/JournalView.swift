import MillraceLMDB

/// The journal's deltas of one state as of one commit. Valid while the reader that it came from is.
struct JournalView {
    private struct Part {
        let checkpoint: CheckpointNumber
        let slice: Slice
        let hashes: ClosedRange<UInt64>
        /// `nil` for a drop.
        let segment: SegmentView?
    }

    private var parts: [Slice: [Part]] = [:]

    /// The slices that the journal has entries or drops for.
    var slices: [Slice] { Array(parts.keys) }

    /// Reads the directories of the state's chunks. The checksum of a chunk is verified when this process first reads
    /// it.
    init(
        state: StateID, _ cursor: borrowing Cursor, verified: VerifiedChunks, path: String,
        checkpoints: ClosedRange<CheckpointNumber>? = nil
    ) throws {
        var entry = try cursor.first()
        while let (keyBytes, chunk) = entry {
            guard let key = StoreKeys.journalKey(keyBytes) else {
                throw StateError.damaged(path, "the journal has a key of \(keyBytes.count) bytes")
            }
            if key.state == state, checkpoints?.contains(key.checkpoint) ?? true {
                try verified.check(key.checkpoint, state, key.part, chunk, path: path)
                try add(chunk, of: key.checkpoint, state, path)
            }
            entry = try cursor.next()
        }
    }

    private mutating func add(
        _ chunk: UnsafeRawBufferPointer, of checkpoint: CheckpointNumber, _ state: StateID, _ path: String
    ) throws {
        do {
            for part in try DeltaChunk.directory(chunk) {
                let segment =
                    part.isDrop
                    ? nil : try SegmentView(UnsafeRawBufferPointer(rebasing: chunk[part.segment]))
                parts[part.slice, default: []].append(
                    Part(checkpoint: checkpoint, slice: part.slice, hashes: part.hashes, segment: segment))
            }
        } catch {
            throw StateError.damaged(path, "checkpoint \(checkpoint), state \(state.value): \(error)")
        }
    }

    /// Returns the runs and drops that overlap some hashes of a slice, with one run for each checkpoint.
    func runs(_ slice: Slice, _ hashes: ClosedRange<UInt64>) -> (runs: [Run], drops: [DroppedRange]) {
        var byCheckpoint: [CheckpointNumber: [(UInt64, SegmentView)]] = [:]
        var drops: [DroppedRange] = []
        for part in parts[slice] ?? [] where part.hashes.overlaps(hashes) {
            if let segment = part.segment {
                byCheckpoint[part.checkpoint, default: []].append((part.hashes.lowerBound, segment))
            } else {
                drops.append(DroppedRange(checkpoint: part.checkpoint, hashes: part.hashes))
            }
        }
        let runs = byCheckpoint.map { checkpoint, segments in
            Run(checkpoint: checkpoint, segments: segments.sorted { $0.0 < $1.0 }.map(\.1))
        }
        return (runs, drops)
    }
}
