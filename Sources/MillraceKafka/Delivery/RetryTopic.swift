public import Millrace
import RDKafka

/// Topics through which records come back later: one for each delay, so that a short delay does not wait behind a long one.
///
/// ```swift
/// let retries = kafka.retryTopic("orders-retry", delays: [.seconds(30), .minutes(5)], payload: .raw)
/// let orders = graph.source(kafka.source("orders", decoding: .record(.raw), retries: retries))
/// orders.batches(of: 100, onError: .deadLetter(to: rejected), options: .init(retryTopic: retries.route(in: graph))) { ... }
/// ```
///
/// With one delay the topic has the name given; with several they are `orders-retry-1`, `orders-retry-2` and so on. The
/// source reads them beside its own, and leaves a record there until its time has come: only that partition waits.
///
/// Restart: sending a record back and moving past it are one transaction (exactly-once), so it is in one place.
public struct RetryTopic<Value: Sendable>: Sendable {
    /// The pauses, one for each time that a record is sent back.
    public let delays: [Duration]
    /// The topics, one for each delay.
    public let topics: [String]
    let kafka: Kafka
    let payload: KafkaPayload<Value>

    /// The way back for a batch operator of this graph.
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

    /// Sends records to the topic of their round.
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
    /// Topics through which records come back after `delays`.
    ///
    /// - Parameter payload: how a record's value is written there.
    public func retryTopic<Value>(
        _ topic: String, delays: [Duration], payload: KafkaPayload<Value>
    ) -> RetryTopic<Value> {
        // Without delays the operator that sends records back is refused.
        let topics = delays.count <= 1 ? [topic] : (1...delays.count).map { "\(topic)-\($0)" }
        return RetryTopic(delays: delays, topics: topics, kafka: self, payload: payload)
    }

    /// Records of one or more topics, and of the retry topics through which some of them come back.
    public func source<Value>(
        _ topics: String..., decoding decoder: KafkaDecoder<KafkaRecord<Value>>, retries: RetryTopic<Value>,
        group: String? = nil, options: KafkaSourceOptions = KafkaSourceOptions()
    ) -> KafkaSource<KafkaRecord<Value>> {
        source(.names(topics + retries.topics), decoder, group: group, options, retries: Set(retries.topics))
    }
}
