public import Millrace
import RDKafka

/// One or more topics in which failed records wait until they are retried. There is one topic for each delay, so that
/// records with a short delay do not wait for those with a long one.
///
/// ```swift
/// let retries = kafka.retryTopic("orders-retry", delays: [.seconds(30), .minutes(5)], payload: .raw)
/// let orders = graph.source(kafka.source("orders", decoding: .record(.raw), retries: retries))
/// orders.batches(
///     of: 100, onError: .deadLetter(to: rejected), options: .init(retryTopic: retries.route(in: graph))) { ... }
/// ```
///
/// With one delay the topic has the given name; with several, the topics are named `orders-retry-1`, `orders-retry-2`
/// and so on. The source reads them in addition to its own topics. A record that is not due yet pauses only the
/// partition of the retry topic that it is in.
///
/// Restart: with exactly-once delivery, a record is written to the retry topic in the transaction that commits its
/// source offset, so that it is neither lost nor retried twice.
public struct RetryTopic<Value: Sendable>: Sendable {
    /// The delays, one for each retry round.
    public let delays: [Duration]
    /// The names of the topics, one for each delay.
    public let topics: [String]
    let kafka: Kafka
    let payload: KafkaPayload<Value>

    /// Returns a route through these topics, for the `retryTopic` option of a batch operator. It adds a side output and
    /// a sink to the graph.
    ///
    /// - Parameters:
    ///   - graph: the graph of the operator.
    ///   - name: the name of the side output. Default: the name of the first topic.
    public func route(in graph: Graph, name: String? = nil) -> RetryRoute<KafkaRecord<Value>> {
        let side = graph.sideOutput(name ?? topics[0], of: RetryLetter<KafkaRecord<Value>>.self)
        side.stream.sink(sink)
        let (output, topics, payload) = (kafka.output, topics, payload)
        return RetryRoute(
            delays: delays, to: side,
            check: { letter in
                var outgoing = OutgoingRecord(topic: "")
                try Self.fill(&outgoing, with: letter, topics, payload.make())
                guard let limit = output.limit(of: outgoing.topic) else { return }
                let bytes = RecordSize.bytes(of: outgoing)
                if bytes > limit { throw RecordTooLarge(topic: outgoing.topic, bytes: bytes, limit: limit) }
            }, history: { $0.retryHistory })
    }

    /// Writes each record to the topic of its round.
    private var sink: KafkaSink<RetryLetter<KafkaRecord<Value>>> {
        for topic in topics { kafka.output.addTopic(topic, .sendingTime) }
        return KafkaSink(kafka.output, topic: topics[0], .sendingTime) { [topics, payload] in
            let encode = payload.make()
            return { letter, outgoing in try Self.fill(&outgoing, with: letter, topics, encode) }
        }
    }

    private static func fill(
        _ outgoing: inout OutgoingRecord, with letter: RetryLetter<KafkaRecord<Value>>, _ topics: [String],
        _ encode: (Value, inout [UInt8]) throws -> Bool
    ) throws {
        let record = letter.record
        try outgoing.copy(record, encode)
        outgoing.topic = topics[min(letter.round, topics.count) - 1]
        outgoing.headers =
            record.headers.withoutDelivery + record.origin.headers + [
                KafkaHeader(DeliveryHeader.reason, letter.reason),
                KafkaHeader(DeliveryHeader.attempts, "\(letter.attempts)"),
                KafkaHeader(DeliveryHeader.round, "\(letter.round)"),
                KafkaHeader(DeliveryHeader.due, "\(letter.due.milliseconds)"),
            ]
        if let replayed = record.headers.text(DeliveryHeader.replayed) {
            outgoing.headers.append(KafkaHeader(DeliveryHeader.replayed, replayed))
        }
        outgoing.timestamp = nil
    }
}

extension Kafka {
    /// Returns the topics in which failed records wait until they are retried.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic; with several delays, the prefix of the topics' names.
    ///   - delays: the time to wait before each retry round. The number of delays is the number of rounds.
    ///   - payload: encodes the value of a record.
    public func retryTopic<Value>(
        _ topic: String, delays: [Duration], payload: KafkaPayload<Value>
    ) -> RetryTopic<Value> {
        // An empty list of delays is rejected by the operator that uses the route.
        let topics = delays.count <= 1 ? [topic] : (1...delays.count).map { "\(topic)-\($0)" }
        return RetryTopic(delays: delays, topics: topics, kafka: self, payload: payload)
    }

    /// Returns a source that reads one or more topics and their retry topics, with one task per partition.
    ///
    /// - Parameters:
    ///   - topics: the names of the topics.
    ///   - decoder: decodes the records.
    ///   - retries: the retry topics, whose records are read when they are due.
    ///   - group: the consumer group whose offsets are read and committed. Default: the pipeline's name.
    ///   - options: where to start, when to commit offsets and whether the partitions are shared with other processes.
    public func source<Value>(
        _ topics: String..., decoding decoder: KafkaDecoder<KafkaRecord<Value>>, retries: RetryTopic<Value>,
        group: String? = nil, options: KafkaSourceOptions = KafkaSourceOptions()
    ) -> KafkaSource<KafkaRecord<Value>> {
        source(.names(topics + retries.topics), decoder, group: group, options, retries: Set(retries.topics))
    }
}
