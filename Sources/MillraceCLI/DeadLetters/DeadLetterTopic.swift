import Dispatch
import Logging
import Millrace
import RDKafka
import Synchronization

/// A dead-letter topic as it is now: read from where one likes up to where it ended when it was opened.
final class DeadLetterTopic: Sendable {
    /// The records of a partition: from `first` up to, not including, `end`.
    struct Span: Sendable, Equatable {
        let partition: TopicPartition
        var first: Int64
        var end: Int64
        var isEmpty: Bool { first >= end }
    }

    let name: String
    /// All partitions, with what is in them.
    let spans: [Span]
    private let consumer: KafkaConsumer
    private let trouble: Trouble

    /// How long a broker may say nothing.
    private static let patience = Duration.seconds(30)
    private static let timeout = Duration.seconds(10)

    /// - Parameter group: whose positions `committed` tells; it is not joined.
    init(_ name: String, _ configuration: KafkaConfiguration, group: String, logger: Logger) throws {
        self.name = name
        let trouble = Trouble()
        self.trouble = trouble
        var configuration = configuration
        // The end that a reader of committed records sees is the first open transaction.
        configuration["isolation.level"] = "read_committed"
        configuration["auto.offset.reset"] = "earliest"
        let consumer = try KafkaConsumer(configuration, group: group, logger: logger) { event in
            if case .error(let error) = event { trouble.note(error) }
        }
        self.consumer = consumer
        // Not asked for by name: that would make a topic that is not there.
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

    /// The next record that the group will read, for partitions of which it has committed anything.
    func committed() throws -> [Int32: Int64] {
        let found = try consumer.committed(spans.map(\.partition), timeout: Self.timeout)
        return Dictionary(found.map { ($0.partition.partition, $0.offset) }) { $1 }
    }

    /// The span of a partition; its absence is an error that says which there are.
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

    /// Lets go of the connections.
    func close() { consumer.close() }
}

/// The last thing that went wrong beside the reading.
private final class Trouble: Sendable {
    private let error = Mutex<KafkaError?>(nil)
    func note(_ error: KafkaError) { self.error.withLock { $0 = error } }
    var last: KafkaError? { error.withLock { $0 } }
}
