/// The progress of a run at one moment.
///
/// ```swift
/// let options = RunOptions(checkpoints: .init(directory: "state")) { status in
///     print("\(status.records) read, \(status.written) written, event time \(status.watermark)")
/// }
/// let end = try await pipeline.run(options)
/// print("\(end.skipped) skipped, \(end.late) late, \(end.restarts) restarts")
/// ```
public struct PipelineStatus: Sendable {
    /// The progress of one source partition.
    public struct Partition: Sendable {
        /// The partition.
        public var partition: PartitionID
        /// The number of records read. Records that an earlier run has read count if they are part of the restored
        /// checkpoint.
        public var records: UInt64
        /// How much of the partition has been read; `nil` if the source cannot tell.
        public var progress: SourceProgress?
        /// The event time of the partition.
        public var watermark: Watermark
        /// How long the partition has had no records while partitions that are ahead wait for its event time, and with
        /// them windows and timers; `nil` if it does not hold event time back. The `idleTimeout` of the source's
        /// watermark strategy limits this time.
        public var holdsBackEventTimeFor: Duration?
    }

    /// The time since the run began.
    public var elapsed: Duration
    /// The source partitions.
    public var partitions: [Partition]
    /// The number of records read by this process. Records that are read again after a restart count once, where the
    /// checkpoint keeps the positions.
    public var records: UInt64
    /// The number of records dropped by an error policy.
    public var skipped: UInt64
    /// The number of records sent to dead-letter outputs.
    public var deadLettered: UInt64
    /// The number of records that were too late for their window.
    public var late: UInt64
    /// The number of records written to sinks.
    public var written: UInt64
    /// The greatest size of the keyed state in memory, in bytes as ``RunOptions/memoryBudget`` counts them, summed over
    /// the tasks.
    public var peakMemory: Int
    /// The least event time of all tasks.
    public var watermark: Watermark
    /// The last stored checkpoint.
    public var checkpoint: CheckpointNumber
    /// The duration and size of the last checkpoint; `nil` if this run has stored none.
    public var lastCheckpoint: CheckpointStatistics?
    /// The longest time for which a checkpoint has paused a task.
    public var longestPause: Duration
    /// The number of failed attempts to store a checkpoint.
    public var failedCheckpoints: Int
    /// The number of restarts after failures.
    public var restarts: Int
    /// Whether the run has ended.
    public var isFinished: Bool

    /// The fraction of the input that has been read, from 0 to 1; `nil` if a source cannot tell.
    public var fraction: Double? {
        var (done, total) = (Int64(0), Int64(0))
        for partition in partitions {
            guard let progress = partition.progress else { return nil }
            done += progress.done
            total += progress.total
        }
        return total > 0 ? Double(done) / Double(total) : nil
    }
}

/// The duration and size of a checkpoint.
///
/// ```swift
/// options.onStatus = { status in
///     guard let last = status.lastCheckpoint, last.duration > .seconds(1) else { return }
///     print("checkpoint \(status.checkpoint) took \(last.duration): \(last.bytes) bytes, pause \(last.pause)")
/// }
/// ```
public struct CheckpointStatistics: Sendable, Hashable {
    /// The time from the start of the checkpoint until it was stored and its output was published.
    public var duration: Duration
    /// The part of ``duration`` in which the checkpoint was stored and its output was published.
    public var storing: Duration
    /// The size of the changed state, in bytes.
    public var bytes: Int
    /// The number of changed state entries.
    public var entries: Int
    /// The longest time for which the checkpoint paused a task.
    public var pause: Duration
}
