import Millrace
import MillraceJSON
public import RDKafka

/// A Kafka cluster, whose topics a pipeline reads and writes.
///
/// ```swift
/// let kafka = Kafka(brokers: "localhost:9092")
/// let pipeline = Pipeline("totals") { graph in
///     graph.source(kafka.source("bids", decoding: .json(Bid.self)), eventTime: \.time, watermarks: .monotonic())
///         .keyed(by: \.auction)
///         .window(.tumbling(of: .seconds(10))).fold(into: 0) { $0 += $1.price }
///         .sink(kafka.sink("totals") { $1.setValue("\($0.value)") })
/// }
/// try await pipeline.run(RunOptions(checkpoints: .init(directory: "state")))
/// ```
///
/// Create one `Kafka` per pipeline. All its sinks share the same producers. With exactly-once delivery, the records of
/// all its sinks and the offsets of all its sources are committed in one transaction per checkpoint. If the brokers
/// cannot be reached, the pipeline is restarted according to the run's `RestartStrategy`.
public final class Kafka: Sendable {
    /// The addresses of the brokers and the settings of librdkafka.
    public let configuration: KafkaConfiguration
    let output: KafkaOutput
    private let sessions = SourceSessions()

    /// Creates a cluster. It is not connected to before a pipeline runs.
    ///
    /// - Parameters:
    ///   - configuration: the addresses of the brokers and the settings of librdkafka.
    ///   - transactionalID: the transactional id that exactly-once output is written with. If two processes use the
    ///     same id, the one that starts later fences the other, which ends with an error. Default: the pipeline's name
    ///     if it has a state folder; for a group member with an instance name (`KafkaMembership.group(instance:)`), the
    ///     pipeline's name and the instance name; otherwise an id that is generated for each run. Unless the id is
    ///     generated, the number of the last committed checkpoint is stored in the topic
    ///     `millrace-checkpoints-<transactional id>`.
    public init(_ configuration: KafkaConfiguration, transactionalID: String? = nil) {
        self.configuration = configuration
        output = KafkaOutput(configuration, transactionalID: transactionalID, sessions)
    }

    /// Creates a cluster that is reached with librdkafka's default settings: without encryption or authentication.
    ///
    /// - Parameter brokers: one or more addresses as `host:port`, separated by commas.
    public convenience init(brokers: String) {
        self.init(KafkaConfiguration(brokers: brokers))
    }

    /// Returns a source that reads one or more topics, with one task per partition.
    ///
    /// - Parameters:
    ///   - topics: the names of the topics.
    ///   - decoder: decodes the records.
    ///   - group: the consumer group whose offsets are read and committed. Default: the pipeline's name.
    ///   - options: where to start, when to commit offsets and whether the partitions are shared with other processes.
    public func source<Output>(
        _ topics: String..., decoding decoder: KafkaDecoder<Output>, group: String? = nil,
        options: KafkaSourceOptions = KafkaSourceOptions()
    ) -> KafkaSource<Output> {
        source(.names(topics), decoder, group: group, options)
    }

    /// Returns a source that reads all topics whose whole name matches a regular expression, with one task per
    /// partition.
    ///
    /// The topics `millrace-checkpoints-…`, in which pipelines record their checkpoints, are never read.
    ///
    /// - Parameters:
    ///   - pattern: the regular expression. New topics that match are picked up while the pipeline runs.
    ///   - decoder: decodes the records.
    ///   - group: the consumer group whose offsets are read and committed. Default: the pipeline's name.
    ///   - options: where to start, when to commit offsets and whether the partitions are shared with other processes.
    public func source<Output>(
        matching pattern: String, decoding decoder: KafkaDecoder<Output>, group: String? = nil,
        options: KafkaSourceOptions = KafkaSourceOptions()
    ) -> KafkaSource<Output> {
        source(.pattern(pattern), decoder, group: group, options)
    }

    func source<Output>(
        _ topics: TopicSelection, _ decoder: KafkaDecoder<Output>, group: String?, _ options: KafkaSourceOptions,
        retries: Set<String> = []
    ) -> KafkaSource<Output> {
        output.addMembership(options.membership)
        let session = SourceSession(configuration, topics, group: group, options, in: sessions) { [output] in
            output.isTransactional
        }
        return KafkaSource(session, decoder, retries: retries)
    }

    /// Returns a sink that writes records to a topic as JSON documents.
    ///
    /// ```swift
    /// totals.sink(kafka.sink("totals", jsonKeyedBy: { "\($0.auction)" }))
    /// ```
    ///
    /// - Parameters:
    ///   - topic: the name of the topic.
    ///   - type: the type of the records.
    ///   - key: returns the key of a record. Default: records have a null key.
    ///   - timestamps: whether a record's timestamp is its event time or the time at which it is sent. The topic's
    ///     retention may remove records with an old event time at once: see ``KafkaTimestamps``.
    @_disfavoredOverload
    public func sink<Input: Encodable & Sendable>(
        _ topic: String, of type: Input.Type = Input.self, jsonKeyedBy key: (@Sendable (Input) -> String)? = nil,
        timestamps: KafkaTimestamps = .eventTime
    ) -> KafkaSink<Input> {
        KafkaSink(output, topic: topic, timestamps) {
            let encoder = JSONRecordEncoder()
            return { record, outgoing in
                if let key { outgoing.setKey(key(record)) }
                try encoder.encode(record, into: &outgoing.value)
            }
        }
    }

    /// Returns a sink that writes records with a schema to a topic as JSON objects.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic.
    ///   - type: the type of the records.
    ///   - key: returns the key of a record. Default: records have a null key.
    ///   - timestamps: whether a record's timestamp is its event time or the time at which it is sent. The topic's
    ///     retention may remove records with an old event time at once: see ``KafkaTimestamps``.
    @inlinable
    public func sink<Input: SchemaRecord>(
        _ topic: String, of type: Input.Type = Input.self, jsonKeyedBy key: (@Sendable (Input) -> String)? = nil,
        timestamps: KafkaTimestamps = .eventTime
    ) -> KafkaSink<Input> {
        sink(topic, timestamps) {
            let encoder = JSONSchemaEncoder()
            return { record, outgoing in
                if let key { outgoing.setKey(key(record)) }
                try encoder.encode(record, into: &outgoing.value)
            }
        }
    }

    /// Returns a sink that writes records to a topic with an encoder of your own.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic.
    ///   - timestamps: whether a record's timestamp is its event time or the time at which it is sent. The topic's
    ///     retention may remove records with an old event time at once: see ``KafkaTimestamps``.
    ///   - encode: sets the key, value and headers of the outgoing record; it may also choose another topic, partition
    ///     or timestamp.
    public func sink<Input: Sendable>(
        _ topic: String, timestamps: KafkaTimestamps = .eventTime,
        encode: @escaping @Sendable (Input, inout OutgoingRecord) throws -> Void
    ) -> KafkaSink<Input> {
        KafkaSink(output, topic: topic, timestamps) { encode }
    }

    /// A sink with an encoder for each task.
    @usableFromInline
    func sink<Input: Sendable>(
        _ topic: String, _ timestamps: KafkaTimestamps,
        makingEach makeEncoder: @escaping @Sendable () -> (Input, inout OutgoingRecord) throws -> Void
    ) -> KafkaSink<Input> {
        KafkaSink(output, topic: topic, timestamps, makingEach: makeEncoder)
    }
}
