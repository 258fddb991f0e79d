public import Millrace
import RDKafka

/// Writes records to a Kafka topic. Made by `Kafka.sink`.
///
/// Restart: with exactly-once delivery a record is seen by `read_committed` readers once its checkpoint is complete, and
/// exactly once; with the others as soon as it arrives, and perhaps again.
public struct KafkaSink<Input: Sendable>: Sink {
    private let output: KafkaOutput
    private let topic: String
    private let makeEncoder: @Sendable () -> (Input, inout OutgoingRecord) throws -> Void

    init(
        _ output: KafkaOutput, topic: String,
        makingEach makeEncoder: @escaping @Sendable () -> (Input, inout OutgoingRecord) throws -> Void
    ) {
        self.output = output
        self.topic = topic
        self.makeEncoder = makeEncoder
    }

    public var summary: String { "Kafka, \(topic)" }
    public var sharedOutput: (any SharedOutput)? { output }

    public func open(_ context: SinkContext) throws -> Writer {
        Writer(output, OutgoingRecord(topic: topic), encode: makeEncoder(), context)
    }

    /// Writes one task's records.
    public struct Writer: SinkWriter {
        private let output: KafkaOutput
        private let encode: (Input, inout OutgoingRecord) throws -> Void
        private let topic: String
        private let wake: @Sendable () -> Void
        private var outgoing: OutgoingRecord
        private var epoch: CheckpointNumber
        private var producer: KafkaProducer?

        init(
            _ output: KafkaOutput, _ outgoing: OutgoingRecord,
            encode: @escaping (Input, inout OutgoingRecord) throws -> Void, _ context: SinkContext
        ) {
            self.output = output
            self.outgoing = outgoing
            self.encode = encode
            topic = outgoing.topic
            epoch = context.epoch
            wake = context.wake
        }

        public var isCongested: Bool { producer?.isCongested(wake) ?? false }

        public mutating func write(_ record: Input, at time: Timestamp) throws {
            outgoing.begin(time)
            try encode(record, &outgoing)
            let producer: KafkaProducer
            if let current = self.producer {
                producer = current
            } else {
                producer = try output.producer(for: epoch)
                self.producer = producer
            }
            // A time before 1970 is none that Kafka could keep.
            let milliseconds = max(0, outgoing.timestamp?.milliseconds ?? 0)
            do {
                try outgoing.key.withUnsafeBytes { key in
                    try outgoing.value.withUnsafeBytes { value in
                        try producer.produce(
                            outgoing.topic, partition: outgoing.partition ?? -1, key: outgoing.hasKey ? key : nil,
                            value: outgoing.hasValue ? value : nil, headers: outgoing.headers, timestamp: milliseconds)
                    }
                }
            } catch let error as KafkaError {
                throw output.judged(error)
            }
        }

        public mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]? {
            epoch = checkpoint.next
            producer = nil
            return nil
        }
    }
}
