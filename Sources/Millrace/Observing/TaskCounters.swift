/// Counted by a task, published after each batch.
@frozen
@usableFromInline
struct TaskCounters: Sendable {
    /// Records read (source tasks) or taken from channels (keyed tasks).
    @usableFromInline var records: UInt64 = 0
    /// Records left out by a policy.
    @usableFromInline var skipped: UInt64 = 0
    /// Records given to a dead-letter output.
    @usableFromInline var deadLettered: UInt64 = 0
    /// Records that came too late for their window.
    @usableFromInline var late: UInt64 = 0
    /// Records that sinks took.
    @usableFromInline var written: UInt64 = 0
    /// The most bytes that the task's tables have taken, with changes on their way to the store.
    var peakMemory = 0

    @usableFromInline
    init() {}
}
