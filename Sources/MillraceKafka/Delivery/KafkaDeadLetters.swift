public import Millrace
import RDKafka

extension Kafka {
    /// Writes dead letters to a topic: key, value and headers as they were, and headers that say where the record came
    /// from, why and when it was given up, and how often it was tried (`DeliveryHeader`).
    ///
    /// ```swift
    /// let rejected = graph.sideOutput("rejected", of: DeadLetter<KafkaRecord<[UInt8]>>.self)
    /// graph.source(kafka.source("orders", decoding: .record(.raw)))
    ///     .batches(of: 100, onError: .deadLetter(to: rejected), options: .init(acknowledgement: .perRecord)) { ... }
    /// rejected.stream.sink(kafka.deadLetters("orders-dead", payload: .raw))
    /// ```
    ///
    /// It goes through the producers that all sinks of this `Kafka` share: exactly-once, a record is in the topic if and
    /// only if its position has moved past it. A topic that takes nothing holds the checkpoint back, and with it positions.
    ///
    /// Reasons are at most 4,096 bytes long. `oversized` says what becomes of a dead letter that is larger than the topic takes
    /// (its `max.message.bytes`, read at start), which its source's topic may have taken: by default the run ends.
    ///
    /// `millrace deadletters` lists, shows and replays what is there.
    public func deadLetters<Value>(
        _ topic: String, payload: KafkaPayload<Value>, oversized: KafkaOversize = .fail
    ) -> KafkaSink<DeadLetter<KafkaRecord<Value>>> {
        // Kept for as long as the topic keeps records, however old the original is.
        KafkaSink(output, topic: topic, .sendingTime, oversized: oversized) {
            let encode = payload.make()
            return { letter, outgoing in
                let record = letter.record
                try outgoing.copy(record, encode)
                outgoing.headers =
                    record.headers.withoutDelivery + record.origin.headers + [
                        KafkaHeader(DeliveryHeader.reason, letter.reason),
                        KafkaHeader(DeliveryHeader.attempts, "\(letter.attempts)"),
                        KafkaHeader(DeliveryHeader.operatorID, letter.operatorID),
                        KafkaHeader(DeliveryHeader.givenUpAt, "\(letter.givenUpAt.milliseconds)"),
                    ]
                if let replayed = record.headers.text(DeliveryHeader.replayed) {
                    outgoing.headers.append(KafkaHeader(DeliveryHeader.replayed, replayed))
                }
                outgoing.timestamp = nil
            }
        }
    }
}

extension OutgoingRecord {
    /// Takes over key and value.
    mutating func copy<Value>(
        _ record: KafkaRecord<Value>, _ encode: (Value, inout [UInt8]) throws -> Bool
    ) throws {
        if let original = record.key {
            key = original
            hasKey = true
        }
        hasValue = try encode(record.value, &value)
    }
}
