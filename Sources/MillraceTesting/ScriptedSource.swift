public import Millrace

/// A source that follows a script of records and pauses, which are measured by the run's clock.
///
/// ```swift
/// ScriptedSource([[.record(1), .silence(.milliseconds(10)), .record(2)], [.record(3)]])
/// ```
public struct ScriptedSource<Record: Sendable>: Source {
    /// A step of a script.
    public enum Step: Sendable {
        /// Emits a record.
        case record(Record)
        /// Emits nothing until the given time has passed.
        case silence(Duration)
        /// Reports input that cannot be decoded, with the given reason.
        case malformed(String)
    }

    private let scripts: [[Step]]

    /// Creates a source.
    ///
    /// - Parameter scripts: a script for each partition.
    public init(_ scripts: [[Step]]) { self.scripts = scripts }

    public var summary: String { "script, \(scripts.count) partitions" }

    public func partitions() -> [PartitionID] { scripts.indices.map { PartitionID("\($0)") } }

    public func open(_ partition: PartitionID, at position: Int?, context: SourceContext) throws -> Reader {
        guard let number = Int(partition.name), scripts.indices.contains(number) else {
            throw SourceError("The script has no partition '\(partition)'", advice: "Keep the partitions of a test")
        }
        return Reader(steps: scripts[number], partition: partition, position: position ?? 0, clock: context.clock)
    }

    /// Follows the script of one partition.
    public struct Reader: SourceReader {
        let steps: [Step]
        let partition: PartitionID
        /// The index of the next step.
        public var position: Int
        let clock: any PipelineClock
        var silentUntil: Duration?

        public mutating func read(
            limit: ReadLimit, into collector: inout some RecordCollector<Record>
        ) throws -> ReadOutcome {
            var count = 0
            while position < steps.count, count < limit.records {
                switch steps[position] {
                case .record(let record):
                    try collector.record(record, bytes: MemoryLayout<Record>.stride)
                    count += 1
                case .malformed(let reason):
                    try collector.malformed(
                        MalformedInput(excerpt: reason, place: "\(partition), step \(position)", reason: reason))
                    count += 1
                case .silence(let duration):
                    let end = silentUntil ?? clock.now + duration
                    guard clock.now >= end else {
                        silentUntil = end
                        return .idle(retryAfter: end - clock.now)
                    }
                    silentUntil = nil
                }
                position += 1
            }
            return position == steps.count ? .end : .more
        }
    }
}
