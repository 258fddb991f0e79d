public import Millrace
import RDKafka

extension Kafka {
    /// Returns a sink that writes dead letters to a topic, with their original key, value and headers. Added headers
    /// state where the record came from, why and when it was rejected, and how often it was attempted
    /// (``DeliveryHeader``).
    ///
    /// ```swift
    /// let rejected = graph.sideOutput("rejected", of: DeadLetter<KafkaRecord<[UInt8]>>.self)
    /// graph.source(kafka.source("orders", decoding: .record(.raw)))
    ///     .batches(of: 100, onError: .deadLetter(to: rejected), options: .init(acknowledgement: .perRecord)) { ... }
    /// rejected.stream.sink(kafka.deadLetters("orders-dead", payload: .raw))
    /// ```
    ///
    /// Dead letters are written by the producers that all sinks of this `Kafka` share. With exactly-once delivery, a
    /// record is in the dead-letter topic if and only if the source's offset is past it. If the topic cannot be written
    /// to, checkpoints do not complete, and offsets do not advance.
    ///
    /// Reasons are at most 4,096 bytes long. The command `millrace deadletters` lists, shows and replays the records of
    /// the topic.
    ///
    /// - Parameters:
    ///   - topic: the name of the dead-letter topic.
    ///   - payload: encodes the value of a record.
    ///   - oversized: what to do with a record that is larger than the dead-letter topic accepts (its
    ///     `max.message.bytes`, which is read at start). Default: `.fail`, the run fails.
    public func deadLetters<Value>(
        _ topic: String, payload: KafkaPayload<Value>, oversized: KafkaOversize = .fail
    ) -> KafkaSink<DeadLetter<KafkaRecord<Value>>> {
        // The time of sending, so that the retention is independent of the age of the original.
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
    /// Copies the key, and encodes the value.
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
