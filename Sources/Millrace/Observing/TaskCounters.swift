/// The counters of a task, published after each batch.
@frozen
@usableFromInline
struct TaskCounters: Sendable {
    /// Records read (source tasks) or received from channels (keyed tasks).
    @usableFromInline var records: UInt64 = 0
    /// Records dropped by an error policy.
    @usableFromInline var skipped: UInt64 = 0
    /// Records sent to a dead-letter output.
    @usableFromInline var deadLettered: UInt64 = 0
    /// Records that were too late for their window.
    @usableFromInline var late: UInt64 = 0
    /// Records written to sinks.
    @usableFromInline var written: UInt64 = 0
    /// The greatest size of the task's tables in bytes, including changes that are being stored.
    var peakMemory = 0

    @usableFromInline
    init() {}
}
