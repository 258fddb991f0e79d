/// A source's reader with the collector that it hands its records to.
@usableFromInline
final class ReaderBox<Reader: SourceReader> {
    // Used by one task, and never while `read` runs, so accesses cannot overlap.
    @exclusivity(unchecked) @usableFromInline var reader: Reader
    @exclusivity(unchecked) @usableFromInline var collector: SourceCollector<Reader.Record>

    @inlinable
    init(_ reader: Reader, _ collector: SourceCollector<Reader.Record>) {
        self.reader = reader
        self.collector = collector
    }

    deinit { collector.deallocate() }

    @inlinable
    func read(_ limit: ReadLimit) throws -> ReadOutcome {
        let outcome = try reader.read(limit: limit, into: &collector)
        try collector.flush()
        return outcome
    }

    @usableFromInline
    func takeCounts() -> (records: Int, bytes: Int) {
        defer { (collector.records, collector.bytes) = (0, 0) }
        return (collector.records, collector.bytes)
    }
}
