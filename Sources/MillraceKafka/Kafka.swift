import Millrace
import MillraceJSON
public import RDKafka

/// A Kafka cluster as a pipeline's source and sink.
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
/// A pipeline has a `Kafka` of its own. All sinks of one `Kafka` share their producers; with exactly-once delivery their records, and the positions of its
/// sources, are committed in one transaction a checkpoint. A broker that is away is waited for as the run's
/// `RestartStrategy` says.
public final class Kafka: Sendable {
    /// Where the cluster is, and how to talk to it.
    public let configuration: KafkaConfiguration
    let output: KafkaOutput
    private let sessions = SourceSessions()

    /// - Parameters:
    ///   - transactionalID: what the pipeline's transactions are known by; of two processes with the same one, the later
    ///     shuts the earlier out. Default: the pipeline's name; for a member of a group the pipeline's name and its own
    ///     (`KafkaMembership.group(instance:)`), or, if it has none, one made up for each run. A pipeline with a state folder,
    ///     or an id that is given, keeps notes of its checkpoints in the topic `millrace-checkpoints-<transactional id>`.
    public init(_ configuration: KafkaConfiguration, transactionalID: String? = nil) {
        self.configuration = configuration
        output = KafkaOutput(configuration, transactionalID: transactionalID, sessions)
    }

    /// A cluster that is reached without encryption: `localhost:9092`, several separated by commas.
    public convenience init(brokers: String) {
        self.init(KafkaConfiguration(brokers: brokers))
    }

    /// Records of one or more topics, a task for each partition.
    public func source<Output>(
        _ topics: String..., decoding decoder: KafkaDecoder<Output>, group: String? = nil,
        options: KafkaSourceOptions = KafkaSourceOptions()
    ) -> KafkaSource<Output> {
        source(.names(topics), decoder, group: group, options)
    }

    /// Records of all topics whose name as a whole matches a regular expression.
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

    /// Writes records to `topic` as JSON documents; `key` gives their keys, null if it is left out. A topic may remove
    /// records that are stamped with old event times: see `KafkaTimestamps`.
    ///
    /// ```swift
    /// totals.sink(kafka.sink("totals", jsonKeyedBy: { "\($0.auction)" }))
    /// ```
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

    /// Writes records to `topic` as `encode` says. A topic may remove records that are stamped with old event times: see
    /// `KafkaTimestamps`.
    public func sink<Input: Sendable>(
        _ topic: String, timestamps: KafkaTimestamps = .eventTime,
        encode: @escaping @Sendable (Input, inout OutgoingRecord) throws -> Void
    ) -> KafkaSink<Input> {
        KafkaSink(output, topic: topic, timestamps) { encode }
    }
}
