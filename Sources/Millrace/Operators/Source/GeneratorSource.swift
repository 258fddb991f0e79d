/// A source that generates its records: a closure returns the record for a partition and an index.
///
/// ```swift
/// graph.source(.generator(partitions: 2, count: 1_000_000) { partition, index in
///     Reading(sensor: Int(index % 100), value: Double(partition))
/// })
/// ```
///
/// Restart: each partition continues with the index after the last record of the checkpoint. For exactly-once results,
/// the closure must always return the same record for the same partition and index.
public struct GeneratorSource<Record: Sendable>: Source {
    @usableFromInline let count: UInt64?
    @usableFromInline let partitionCount: Int
    /// Generates the records with the given indices of a partition in uninitialized memory.
    @usableFromInline let fill: @Sendable (Int, Range<UInt64>, UnsafeMutablePointer<Record>) -> Void

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - partitions: the number of partitions; at least one.
    ///   - count: the number of records in each partition; `nil` if they never end.
    ///   - make: returns the record for a partition and an index, both counted from 0.
    @inlinable
    public init(partitions: Int, count: UInt64?, make: @escaping @Sendable (Int, UInt64) -> Record) {
        partitionCount = partitions
        self.count = count
        fill = { partition, indices, place in
            var place = place
            for index in indices {
                place.initialize(to: make(partition, index))
                place += 1
            }
        }
    }

    public var summary: String {
        "generator, \(partitionCount) partitions of \(count.map { "\($0) records" } ?? "endless length")"
    }

    public func partitions() throws -> [PartitionID] {
        guard partitionCount >= 1 else {
            throw SourceError(
                "A generator has \(partitionCount) partitions", advice: "Give partitions: one at least")
        }
        return (0..<partitionCount).map { PartitionID("\($0)") }
    }

    @inlinable
    public func open(_ partition: PartitionID, at position: UInt64?, context: SourceContext) throws -> Reader {
        guard let number = Int(partition.name) else {
            throw SourceError("The generator has no partition '\(partition)'", advice: "Start over with --fresh")
        }
        return Reader(partition: number, position: position ?? 0, count: count, fill: fill)
    }

    /// Generates the records of one partition.
    public struct Reader: SourceReader {
        @usableFromInline let partition: Int
        /// The index of the next record.
        public var position: UInt64
        @usableFromInline let count: UInt64?
        @usableFromInline let fill: @Sendable (Int, Range<UInt64>, UnsafeMutablePointer<Record>) -> Void

        @inlinable
        init(
            partition: Int, position: UInt64, count: UInt64?,
            fill: @escaping @Sendable (Int, Range<UInt64>, UnsafeMutablePointer<Record>) -> Void
        ) {
            self.partition = partition
            self.position = position
            self.count = count
            self.fill = fill
        }

        public static var recordsPerPush: Int { 256 }

        public var progress: SourceProgress? {
            count.map { SourceProgress(done: Int64(clamping: position), total: Int64(clamping: $0)) }
        }

        @inlinable
        public mutating func read(
            limit: ReadLimit, into collector: inout some RecordCollector<Record>
        ) throws -> ReadOutcome {
            var end = position &+ UInt64(limit.records)
            if let count { end = min(end, count) }
            while position < end {
                let next = min(end, position &+ UInt64(Self.recordsPerPush))
                try collector.gather(Int(next &- position), bytes: MemoryLayout<Record>.stride) { [position] place in
                    fill(partition, position..<next, place)
                }
                position = next
            }
            return position == count ? .end : .more
        }
    }
}

extension GeneratorSource {
    /// A source that generates its records; see ``GeneratorSource``.
    ///
    /// - Parameters:
    ///   - partitions: the number of partitions; at least one.
    ///   - count: the number of records in each partition. Default: `nil`, they never end.
    ///   - make: returns the record for a partition and an index, both counted from 0.
    /// - Returns: the source.
    @inlinable
    public static func generator(
        partitions: Int, count: UInt64? = nil, make: @escaping @Sendable (_ partition: Int, _ index: UInt64) -> Record
    ) -> GeneratorSource<Record> {
        GeneratorSource(partitions: partitions, count: count, make: make)
    }
}

// Overloads on the concrete type: a closure within a generic argument is not inferred to be `@Sendable` (Swift 6.3).
extension Graph {
    /// Starts a stream of generated records, each with the time at which it is generated.
    ///
    /// ```swift
    /// let readings = graph.source(
    ///     .generator(partitions: 2) { partition, index in Reading(sensor: partition, value: Double(index % 100)) },
    ///     recordsPerSecond: 1000)
    /// ```
    ///
    /// - Parameters:
    ///   - source: the source of the records.
    ///   - name: the operator name of the source. Default: derived from its kind and number.
    ///   - recordsPerSecond: the maximum rate of each partition. Default: unlimited.
    /// - Returns: the stream of records.
    @inlinable
    public func source<Record: Sendable>(
        _ source: GeneratorSource<Record>, name: String? = nil, recordsPerSecond: Double? = nil
    ) -> Stream<Record> {
        declare(
            source, name: name, watermarks: nil, malformed: .fail, recordsPerSecond: recordsPerSecond,
            missingEventTime: .fail, time: nil)
    }

    /// Starts a stream of generated records with event times.
    ///
    /// ```swift
    /// let bids = graph.source(
    ///     .generator(partitions: 2) { partition, index in
    ///         Bid(auction: Int(index % 10), price: partition, time: Timestamp(milliseconds: Int64(index)))
    ///     },
    ///     eventTime: \.time, watermarks: .monotonic(), recordsPerSecond: 1000)
    /// ```
    ///
    /// - Parameters:
    ///   - source: the source of the records.
    ///   - name: the operator name of the source. Default: derived from its kind and number.
    ///   - eventTime: returns when a record happened.
    ///   - watermarks: how the watermark of a partition follows from its records.
    ///   - recordsPerSecond: the maximum rate of each partition. Default: unlimited.
    /// - Returns: the stream of records.
    @inlinable
    public func source<Record: Sendable>(
        _ source: GeneratorSource<Record>, name: String? = nil, eventTime: @escaping @Sendable (Record) -> Timestamp,
        watermarks: WatermarkStrategy, recordsPerSecond: Double? = nil
    ) -> Stream<Record> {
        declare(
            source, name: name, watermarks: watermarks, malformed: .fail, recordsPerSecond: recordsPerSecond,
            missingEventTime: .fail, time: eventTime)
    }
}
