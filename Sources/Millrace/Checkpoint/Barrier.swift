/// The marker that separates two epochs.
@usableFromInline
struct Barrier: Sendable, Hashable {
    let checkpoint: CheckpointNumber
    /// The last: tasks end after it.
    let isFinal: Bool
    /// Every source has ended.
    let isEndOfInput: Bool
}
