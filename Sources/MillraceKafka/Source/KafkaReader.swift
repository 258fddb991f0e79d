public import Millrace
import RDKafka

/// The reader of one partition.
///
/// A source of your own can wrap it, here to report how far it has read:
///
/// ```swift
/// struct ReportingReader: SourceReader {
///     var reader: KafkaReader<Order>
///     let report: (SourceProgress?) -> Void
///
///     typealias Record = Order
///     var position: KafkaOffset { reader.position }
///     mutating func read(limit: ReadLimit, into collector: inout some RecordCollector<Order>) throws -> ReadOutcome {
///         defer { report(reader.progress) }
///         return try reader.read(limit: limit, into: &collector)
///     }
/// }
/// ```
public struct KafkaReader<Record: Sendable>: SourceReader {
    private let queue: PartitionQueue
    private let session: SourceSession
    private let decode: (KafkaMessage) throws -> Record
    private let clock: any PipelineClock
    private let mode: SourceSession.CommitMode
    /// The offset at which the source ends; `nil` if it does not end.
    private let end: Int64?
    private var lastCommit: Duration
    /// Whether the topic is a retry topic, whose records are read when they are due.
    private let isRetry: Bool
    /// Whether the pipeline uses the records' timestamps.
    private let usesTimes: Bool

    public private(set) var position: KafkaOffset
    /// The last record that was read according to the checkpoint; `nil` after it was compared.
    private var expected: LastRecord?

    /// The time after which an empty queue is polled, in case its notification was missed.
    private static var patience: Duration { .milliseconds(100) }

    init(
        _ opened: SourceSession.OpenedPartition, _ session: SourceSession,
        decode: @escaping (KafkaMessage) throws -> Record, context: SourceContext, isRetry: Bool
    ) {
        usesTimes = context.usesRecordTimes
        self.isRetry = isRetry
        queue = opened.queue
        position = KafkaOffset(opened.start)
        position.last = opened.last
        expected = opened.last
        end = opened.end
        self.session = session
        self.decode = decode
        clock = context.clock
        mode = session.commitMode
        lastCommit = clock.now
    }

    public var progress: SourceProgress? {
        guard let known = end ?? session.knownEnd(of: queue.partition) else { return nil }
        return SourceProgress(done: position.value, total: max(known, position.value))
    }

    private var isAtEnd: Bool { end.map { position.value >= $0 } ?? false && expected == nil }

    public mutating func read(
        limit: ReadLimit, into collector: inout some RecordCollector<Record>
    ) throws -> ReadOutcome {
        try session.throwFailure()
        var records = 0
        var bytes = 0
        if isAtEnd { return .end }
        while records < limit.records, bytes < limit.bytes {
            switch queue.head {
            case .nothing:
                try commitAfterBatch(records)
                return records > 0 ? .more : .idle(retryAfter: Self.patience)
            case .record(let message):
                if message.offset >= position.value {
                    if isRetry, let wait = timeUntilDue(message) {
                        try commitAfterBatch(records)
                        return records > 0 ? .more : .idle(retryAfter: wait)
                    }
                    if case .before = mode { try commitBefore(records) }
                    position.value = message.offset
                    try take(message, into: &collector)
                    records += 1
                    bytes += message.size
                    position.value = message.offset + 1
                    position.last = LastRecord(message)
                } else if let expected {
                    try compare(message, expected)
                }
                queue.advance()
                if case .afterRecord = mode { try session.commit(queue.partition, position.value) }
            case .end(let offset):
                expected = nil
                position.value = max(position.value, offset)
                queue.advance()
            case .failure(let error):
                queue.advance()
                throw session.describe(error, queue.partition, position)
            }
            if isAtEnd {
                try commitAfterBatch(records)
                return .end
            }
        }
        try commitAfterBatch(records)
        return .more
    }

    @inline(__always)
    private func take(_ message: KafkaMessage, into collector: inout some RecordCollector<Record>) throws {
        let record: Record
        do { record = try decode(message) } catch {
            // A service that the decoder uses (a schema registry) is unreachable: the record is not malformed.
            if let failure = error as? any TransientFailure, failure.isTransient { throw error }
            try collector.malformed(malformed(message, error))
            return
        }
        var time: Int64?
        if usesTimes {
            // A record with the time of sending has its event time in a header, and a retried record its original time.
            // (Read only if used: librdkafka takes 0.1 us to see that a record has no headers.)
            time = message.number(inHeader: DeliveryHeader.eventTime)
            if time == nil, isRetry { time = message.number(inHeader: DeliveryHeader.timestamp) }
        }
        if let time = time ?? message.timestamp {
            try collector.record(record, at: Timestamp(milliseconds: time), bytes: message.size)
        } else {
            try collector.record(record, bytes: message.size)
        }
    }

    /// Throws if a partition has another record at the offset of the last one, because its topic was recreated.
    private mutating func compare(_ message: KafkaMessage, _ last: LastRecord) throws {
        guard message.offset >= last.offset else { return }
        expected = nil
        // A record that was removed by compaction cannot be compared.
        guard message.offset == last.offset, LastRecord(message) != last else { return }
        throw SourceError(
            "\(queue.partition) does not have the record at offset \(last.offset) any more that was read there: the topic was deleted and made anew",
            advice: "Start over with --fresh, or read the new topic with a source of another name")
    }

    private func timeUntilDue(_ message: KafkaMessage) -> Duration? {
        guard let due = message.headers.number(DeliveryHeader.due) else { return nil }
        let wait = Timestamp(milliseconds: due).timeSince(clock.wallTime)
        return wait > .zero ? wait : nil
    }

    private func malformed(_ message: KafkaMessage, _ error: any Error) -> MalformedInput {
        MalformedInput(
            excerpt: message.value.map { String(decoding: $0.prefix(MalformedInput.excerptLimit), as: UTF8.self) }
                ?? "",
            place: "\(queue.partition), offset \(message.offset)", reason: "\(error)")
    }

    /// At-most-once: commits all records in the queue before the first of them is processed.
    private mutating func commitBefore(_ records: Int) throws {
        guard let taken = queue.takenUpTo, taken > session.committedUpTo(queue.partition) else { return }
        try session.commit(queue.partition, taken)
    }

    private mutating func commitAfterBatch(_ records: Int) throws {
        switch mode {
        case .afterBatch where records > 0: try session.commit(queue.partition, position.value)
        case .every(let interval) where clock.now - lastCommit >= interval:
            lastCommit = clock.now
            try session.commitLater(queue.partition, position.value)
        default: break
        }
    }
}
