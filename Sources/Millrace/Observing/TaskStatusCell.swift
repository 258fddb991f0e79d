import Synchronization

/// Where a task publishes its counters.
final class TaskStatusCell: Sendable {
    struct Value: Sendable {
        var counters = TaskCounters()
        var watermark = Watermark.start
        var progress: SourceProgress?
        var partition: PartitionID?
        /// Since when the source has had nothing to read, on the run's clock.
        var silentSince: Duration?
    }

    /// What a source task reads.
    struct Origin: Hashable, Sendable {
        let source: String
        let partition: PartitionID
    }

    /// `nil` in tasks without a source.
    let origin: Origin?
    private let value = Mutex(Value())

    init(_ origin: Origin? = nil) { self.origin = origin }

    func publish(_ new: Value) { value.withLock { $0 = new } }

    var current: Value { value.withLock { $0 } }
}
