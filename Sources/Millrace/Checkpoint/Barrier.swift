/// A checkpoint barrier: the marker in a channel between the records of two epochs.
@usableFromInline
struct Barrier: Sendable, Hashable {
    let checkpoint: CheckpointNumber
    /// Whether this is the last checkpoint of the attempt; tasks end after it.
    let isFinal: Bool
    /// Whether every source has ended, and the run is complete with this checkpoint.
    let isEndOfInput: Bool
}
