import Synchronization

/// The status that a task publishes.
final class TaskStatusCell: Sendable {
    struct Value: Sendable {
        var counters = TaskCounters()
        var watermark = Watermark.start
        var progress: SourceProgress?
        var partition: PartitionID?
        /// When the source last had something to read, on the run's clock; `nil` if it has now.
        var silentSince: Duration?
    }

    /// The source and partition that a source task reads.
    struct Origin: Hashable, Sendable {
        let source: String
        let partition: PartitionID
    }

    /// `nil` for tasks without a source.
    let origin: Origin?
    private let value = Mutex(Value())

    init(_ origin: Origin? = nil) { self.origin = origin }

    func publish(_ new: Value) { value.withLock { $0 = new } }

    var current: Value { value.withLock { $0 } }
}
