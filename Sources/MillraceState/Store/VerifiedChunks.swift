import MillraceLMDB
import Synchronization

/// The journal chunks that this process has verified or written itself, so that each checksum is verified once.
final class VerifiedChunks: Sendable {
    private struct ChunkID: Hashable {
        let checkpoint: CheckpointNumber
        let state: StateID
        let part: UInt32
    }

    private let known = Mutex<Set<ChunkID>>([])

    func check(
        _ checkpoint: CheckpointNumber, _ state: StateID, _ part: UInt32, _ chunk: UnsafeRawBufferPointer, path: String
    ) throws {
        let id = ChunkID(checkpoint: checkpoint, state: state, part: part)
        if known.withLock({ $0.contains(id) }) { return }
        guard DeltaChunk.isIntact(chunk, checkpoint, state, part) else {
            throw StateError.damaged(
                path, "the journal entry of checkpoint \(checkpoint), state \(state.value) fails its checksum")
        }
        known.withLock { _ = $0.insert(id) }
    }

    func insert(_ checkpoint: CheckpointNumber, _ state: StateID, _ part: UInt32) {
        known.withLock { _ = $0.insert(ChunkID(checkpoint: checkpoint, state: state, part: part)) }
    }

    func forget(upTo checkpoint: CheckpointNumber) {
        known.withLock { known in known = known.filter { $0.checkpoint > checkpoint } }
    }
}
