/// A run's progress at one moment.
public struct PipelineStatus: Sendable {
    /// One source partition.
    public struct Partition: Sendable {
        /// Its name.
        public var partition: PartitionID
        /// Records read, over restarts too where they were checkpointed.
        public var records: UInt64
        /// How far, if the source can tell.
        public var progress: SourceProgress?
        /// Event time.
        public var watermark: Watermark
        /// How long this partition has given no record while event time waits for it and others are ahead: their windows
        /// and timers wait too. `nil` if it does not hold them back. `idleTimeout` says how long that may last.
        public var holdsBackEventTimeFor: Duration?
    }

    /// Time since the run began.
    public var elapsed: Duration
    /// Source partitions.
    public var partitions: [Partition]
    /// Records read by this process; those that a restart has read again are counted once where the run keeps its
    /// positions.
    public var records: UInt64
    /// Records left out by a policy.
    public var skipped: UInt64
    /// Records given to dead-letter outputs.
    public var deadLettered: UInt64
    /// Records too late for their window.
    public var late: UInt64
    /// Records taken by sinks.
    public var written: UInt64
    /// The most bytes that tables have taken, counted as the memory budget counts them; summed over tasks.
    public var peakMemory: Int
    /// The least event time over all tasks.
    public var watermark: Watermark
    /// The last stored checkpoint.
    public var checkpoint: CheckpointNumber
    /// What the last checkpoint cost.
    public var lastCheckpoint: CheckpointStatistics?
    /// The longest that any task has stood still for a barrier.
    public var longestPause: Duration
    /// How often storing a checkpoint has failed, each attempt counted.
    public var failedCheckpoints: Int
    /// Restarts after failures.
    public var restarts: Int
    /// The run is over.
    public var isFinished: Bool

    /// Share of the input that is done, from 0 to 1, if every source can tell.
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

/// What a checkpoint cost.
public struct CheckpointStatistics: Sendable, Hashable {
    /// From its start to its being stored.
    public var duration: Duration
    /// Of that, storing.
    public var storing: Duration
    /// Bytes of deltas.
    public var bytes: Int
    /// Changed entries.
    public var entries: Int
    /// The longest pause of a task.
    public var pause: Duration
}
