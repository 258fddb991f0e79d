import Dispatch
import Logging
import Millrace
import RDKafka
import Synchronization

/// A dead-letter topic. It is read from any offset up to the end that it had when it was opened.
final class DeadLetterTopic: Sendable {
    /// A range of offsets of a partition, from `first` up to but not including `end`.
    struct Span: Sendable, Equatable {
        let partition: TopicPartition
        var first: Int64
        var end: Int64
        var isEmpty: Bool { first >= end }
    }

    let name: String
    /// The spans of all partitions.
    let spans: [Span]
    private let consumer: KafkaConsumer
    private let trouble: Trouble

    /// How long a read waits for the next record.
    private static let patience = Duration.seconds(30)
    private static let timeout = Duration.seconds(10)

    /// - Parameter group: the group whose offsets `committed` returns; it is not joined.
    init(_ name: String, _ configuration: KafkaConfiguration, group: String, logger: Logger) throws {
        self.name = name
        let trouble = Trouble()
        self.trouble = trouble
        var configuration = configuration
        // With read_committed, the end is the first open transaction.
        configuration["isolation.level"] = "read_committed"
        configuration["auto.offset.reset"] = "earliest"
        let consumer = try KafkaConsumer(configuration, group: group, logger: logger) { event in
            if case .error(let error) = event { trouble.note(error) }
        }
        self.consumer = consumer
        // Lists all topics, as a look-up by name could create the topic.
        guard let count = try consumer.topics(timeout: Self.timeout)[name] else {
            throw CommandError(
                "there is no topic \(name) at \(configuration.brokers): `millrace topics` lists those that there are")
        }
        spans = try (0..<Int32(clamping: count)).map { number in
            let partition = TopicPartition(name, number)
            let (low, high) = try consumer.watermarks(of: partition, timeout: Self.timeout)
            return Span(partition: partition, first: low, end: high)
        }
    }

    /// Returns the group's committed offsets, by partition. Partitions without one are omitted.
    func committed() throws -> [Int32: Int64] {
        let found = try consumer.committed(spans.map(\.partition), timeout: Self.timeout)
        return Dictionary(found.map { ($0.partition.partition, $0.offset) }) { $1 }
    }

    /// Returns the span of a partition. Throws an error that states the range of partitions if it does not exist.
    func span(of partition: Int32) throws -> Span {
        guard let span = spans.first(where: { $0.partition.partition == partition }) else {
            throw CommandError("topic \(name) has no partition \(partition): it has 0 to \(spans.count - 1)")
        }
        return span
    }

    /// Reads a span until its end, or until `body` returns false.
    func read(_ span: Span, _ body: (DeadLetterRecord) throws -> Bool) throws {
        if span.isEmpty { return }
        let queue = try consumer.queue(of: span.partition)
        let arrival = DispatchSemaphore(value: 0)
        queue.onArrival { arrival.signal() }
        try consumer.assign([CommittedOffset(span.partition, span.first)])
        defer { try? consumer.assign([]) }
        var silentSince = ContinuousClock.now
        while true {
            switch queue.head {
            case .nothing:
                guard ContinuousClock.now - silentSince < Self.patience else {
                    throw CommandError(
                        "reading \(span.partition) did not come to its end (offset \(span.end)): nothing came for "
                            + "\(Self.patience)\(trouble.last.map { "; \($0)" } ?? ""). See that the brokers are well, "
                            + "and try again")
                }
                if let fatal = consumer.fatalError { throw fatal }
                _ = arrival.wait(timeout: .now() + .milliseconds(100))
                continue
            case .record(let message):
                guard message.offset < span.end else { return }
                guard try body(DeadLetterRecord(message, in: span.partition)) else { return }
                queue.advance()
            case .end: return
            case .failure(let error): throw error
            }
            silentSince = .now
        }
    }

    /// Closes the connections.
    func close() { consumer.close() }
}

/// The last error that the consumer has reported as an event.
private final class Trouble: Sendable {
    private let error = Mutex<KafkaError?>(nil)
    func note(_ error: KafkaError) { self.error.withLock { $0 = error } }
    var last: KafkaError? { error.withLock { $0 } }
}
