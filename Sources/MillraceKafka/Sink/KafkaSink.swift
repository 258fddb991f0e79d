internal import Logging
public import Millrace
import RDKafka

/// Writes records to a Kafka topic. Made by `Kafka.sink`.
///
/// Restart: with exactly-once delivery a record is seen by `read_committed` readers once its checkpoint is complete, and
/// exactly once; with the others as soon as it arrives, and perhaps again. Records of one task stay in order in each
/// partition, through any number of checkpoints and restarts.
public struct KafkaSink<Input: Sendable>: Sink {
    private let output: KafkaOutput
    private let topic: String
    private let timestamps: KafkaTimestamps
    private let makeEncoder: @Sendable () -> (Input, inout OutgoingRecord) throws -> Void

    init(
        _ output: KafkaOutput, topic: String, _ timestamps: KafkaTimestamps,
        makingEach makeEncoder: @escaping @Sendable () -> (Input, inout OutgoingRecord) throws -> Void
    ) {
        self.output = output
        self.topic = topic
        self.timestamps = timestamps
        self.makeEncoder = makeEncoder
        output.addTopic(topic, timestamps)
    }

    public var summary: String { "Kafka, \(topic)" }
    public var sharedOutput: (any SharedOutput)? { output }

    public func open(_ context: SinkContext) throws -> Writer {
        Writer(output, OutgoingRecord(topic: topic), timestamps, encode: makeEncoder(), context)
    }

    /// Writes one task's records.
    public struct Writer: SinkWriter {
        private let output: KafkaOutput
        private let encode: (Input, inout OutgoingRecord) throws -> Void
        private let timestamps: KafkaTimestamps
        private let lane: EpochLane
        private let wake: @Sendable () -> Void
        private let logger: Logger
        private var outgoing: OutgoingRecord
        /// The epoch's producer; `nil` until the lane is open.
        private var producer: KafkaProducer?
        /// Records with an older timestamp are removed by their topic; told once.
        private var oldest: Timestamp?

        init(
            _ output: KafkaOutput, _ outgoing: OutgoingRecord, _ timestamps: KafkaTimestamps,
            encode: @escaping (Input, inout OutgoingRecord) throws -> Void, _ context: SinkContext
        ) {
            self.output = output
            self.outgoing = outgoing
            self.timestamps = timestamps
            self.encode = encode
            wake = context.wake
            logger = context.run.logger
            lane = output.lane(context.epoch, wake: context.wake)
            if timestamps == .eventTime, let retention = output.retention(of: outgoing.topic) {
                oldest = SystemClock().wallTime.advanced(by: .zero - retention)
            }
        }

        public var isCongested: Bool { producer?.isCongested(wake) ?? lane.isCongested }

        public mutating func write(_ record: Input, at time: Timestamp) throws {
            outgoing.begin(time)
            try encode(record, &outgoing)
            if timestamps == .sendingTime {
                carryEventTime()
                outgoing.timestamp = nil
            } else if let time = outgoing.timestamp, time.milliseconds <= 0 {
                carryEventTime()
            }
            if let oldest, let time = outgoing.timestamp, time < oldest { warn(time) }
            if let producer {
                try output.send(outgoing, to: producer)
            } else {
                producer = try lane.send(outgoing)
            }
        }

        private mutating func carryEventTime() {
            guard let time = outgoing.timestamp else { return }
            outgoing.headers.append(KafkaHeader(DeliveryHeader.eventTime, "\(time.milliseconds)"))
        }

        private mutating func warn(_ time: Timestamp) {
            oldest = nil
            guard let retention = output.retention(of: outgoing.topic) else { return }
            logger.warning("\(TopicTimes.tooOld(outgoing.topic, retention, time))")
        }

        public mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]? {
            try lane.finish(next: checkpoint.next)
            producer = nil
            return nil
        }
    }
}
