public import Millrace
import RDKafka

/// A source that reads Kafka topics, with one task per partition. Created by `Kafka.source`.
///
/// Each task takes records directly from librdkafka's fetch queue of its partition. If the task is blocked, the records
/// stay in the queue, and librdkafka stops fetching at its limit (`queued.max.messages.kbytes`).
///
/// Restart: a partition continues at the offset in the checkpoint. Without a checkpoint, it starts according to
/// ``KafkaStart``. With at-most-once delivery, it continues at the committed offset.
///
/// ```swift
/// let sales = graph.source(
///     kafka.source("sales", decoding: .json(Sale.self)), eventTime: \.time,
///     watermarks: .boundedOutOfOrder(by: .seconds(5)))
/// let refunds = graph.source(kafka.source(matching: "refunds-.*", decoding: .json(Sale.self), group: "billing"))
/// ```
public struct KafkaSource<Record: Sendable>: Source {
    let session: SourceSession
    let decoder: KafkaDecoder<Record>
    /// The retry topics, whose records are read when they are due.
    private let retries: Set<String>

    init(
        _ session: SourceSession, _ decoder: KafkaDecoder<Record>, retries: Set<String> = []
    ) {
        self.retries = retries
        self.session = session
        self.decoder = decoder
    }

    public var summary: String { session.summary }
    public var isShared: Bool { session.isShared }
    public var keepsPositions: Bool { true }
    public var isOpenEnded: Bool { isShared || !session.options.stopsAtLatest }
    public func connect(_ run: SourceRun) async throws { try await session.connect(run) }
    public func partitions() async throws -> [PartitionID] { try await session.partitions() }
    public func assign(_ starts: [PartitionStart<KafkaOffset>]) async throws { try await session.assign(starts) }
    public func committed(_ positions: [PartitionStart<KafkaOffset>], isLast: Bool) throws {
        try session.committed(positions, isLast: isLast)
    }
    public func disconnect() { session.disconnect() }
    public func unread(_ positions: [PartitionStart<KafkaOffset>]) async throws -> [PartitionID] {
        try await session.unread(positions)
    }

    public func open(
        _ partition: PartitionID, at position: KafkaOffset?, context: SourceContext
    ) throws -> KafkaReader<Record> {
        let opened = try session.open(partition)
        opened.queue.onArrival(context.wake)
        return KafkaReader(
            opened, session, decode: decoder.make(), context: context,
            isRetry: retries.contains(opened.queue.partition.topic))
    }
}

/// The topics that a source reads.
enum TopicSelection: Sendable {
    case names([String])
    case pattern(String)

    var text: String {
        switch self {
        case .names(let names): names.joined(separator: ", ")
        case .pattern(let pattern): "topics like \(pattern)"
        }
    }

    /// The names or the regular expression that librdkafka subscribes to.
    var subscription: [String] {
        switch self {
        case .names(let names): names
        case .pattern(let pattern): ["^(\(pattern))$"]
        }
    }
}
