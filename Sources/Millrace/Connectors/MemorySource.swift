/// A source that reads records from arrays, each of which is a partition. For tests and small examples.
///
/// ```swift
/// graph.source(.memory([["a", "b"], ["c"]]))
/// ```
public struct MemorySource<Record: Sendable>: Source {
    private let contents: [[Record]]

    /// Creates a source with one partition for each array.
    public init(_ contents: [[Record]]) { self.contents = contents }

    public var summary: String { "memory, \(contents.count) partitions" }

    public func partitions() -> [PartitionID] { contents.indices.map { PartitionID("\($0)") } }

    public func open(_ partition: PartitionID, at position: Int?, context: SourceContext) throws -> Reader {
        guard let number = Int(partition.name), contents.indices.contains(number) else {
            throw SourceError("There is no partition '\(partition)' in memory", advice: "Start over with --fresh")
        }
        let position = position ?? 0
        guard (0...contents[number].count).contains(position) else {
            throw SourceError(
                "Partition \(partition) has \(contents[number].count) records, the checkpoint is at \(position)",
                advice: "Give the source the same records as before, or start over with --fresh")
        }
        return Reader(records: contents[number], position: position)
    }

    /// A reader of one array.
    public struct Reader: SourceReader {
        let records: [Record]
        /// The index of the next record.
        public var position: Int

        public var progress: SourceProgress? {
            SourceProgress(done: Int64(position), total: Int64(records.count))
        }

        public mutating func read(
            limit: ReadLimit, into collector: inout some RecordCollector<Record>
        ) throws -> ReadOutcome {
            let end = min(position + limit.records, records.count)
            while position < end {
                try collector.record(records[position], bytes: MemoryLayout<Record>.stride)
                position += 1
            }
            return position == records.count ? .end : .more
        }
    }
}

extension Source {
    /// A source that reads records from arrays, each of which is a partition.
    ///
    /// ```swift
    /// graph.source(.memory([["LH400", "BA117"], ["AF22"]]))     // two partitions
    /// ```
    public static func memory<Record>(_ contents: [[Record]]) -> Self where Self == MemorySource<Record> {
        MemorySource(contents)
    }
}
