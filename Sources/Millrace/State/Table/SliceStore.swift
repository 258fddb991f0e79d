import Synchronization

/// The stored side of a table: one slice of one state, as far as it belongs to this task.
@usableFromInline
struct SliceStore {
    let reader: StateReader
    let state: StateID
    @usableFromInline let slice: Slice

    /// Visits the stored entries of some hashes: hash, remainder, value.
    @usableFromInline
    func visit(
        _ hashes: ClosedRange<UInt64>, _ body: (UInt64, inout ByteReader, inout ByteReader) throws -> Void
    ) throws {
        try reader.visit(state, slice, hashes, body)
    }

    /// The last checkpoint that a look-up would find.
    @usableFromInline
    var committed: UInt64 { reader.committed }
}

/// The last stored checkpoint, for all tasks to see: what was changed up to it may leave memory.
final class CommitHorizon: Sendable {
    private let number: Atomic<UInt64>

    init(_ checkpoint: CheckpointNumber) { number = Atomic(checkpoint.value) }

    var value: UInt64 { number.load(ordering: .acquiring) }

    func advance(to checkpoint: CheckpointNumber) { number.store(checkpoint.value, ordering: .releasing) }
}
