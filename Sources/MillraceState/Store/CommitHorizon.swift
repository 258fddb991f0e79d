import Synchronization

/// The last stored checkpoint, shared by all tasks. Changes up to it may be evicted from memory.
package final class CommitHorizon: Sendable {
    private let number: Atomic<UInt64>

    package init(_ checkpoint: CheckpointNumber) { number = Atomic(checkpoint.value) }

    package var value: UInt64 { number.load(ordering: .acquiring) }

    package func advance(to checkpoint: CheckpointNumber) { number.store(checkpoint.value, ordering: .releasing) }
}
