internal import Logging
public import Millrace
import RDKafka

/// A sink that writes records to a Kafka topic. Created by `Kafka.sink` or `Kafka.deadLetters`.
///
/// The records of one task stay in order within each partition, across checkpoints and restarts.
///
/// Restart: with exactly-once delivery, readers with `isolation.level=read_committed` see each record exactly once,
/// when its checkpoint is complete. With at-least-once delivery, records are visible as soon as they are written, and
/// those written since the last checkpoint are written again. With at-most-once delivery, records in flight at the
/// failure are lost.
///
/// ```swift
/// orders.sink(kafka.sink("orders-checked", jsonKeyedBy: \.customer))
/// totals.sink(kafka.sink("totals") { total, record in
///     record.setKey(total.key)
///     record.setValue("\(total.value)")
/// })
/// ```
public struct KafkaSink<Input: Sendable>: Sink {
    private let output: KafkaOutput
    private let topic: String
    private let timestamps: KafkaTimestamps
    /// Set for dead letters only.
    private let oversized: KafkaOversize?
    private let makeEncoder: @Sendable () -> (Input, inout OutgoingRecord) throws -> Void

    init(
        _ output: KafkaOutput, topic: String, _ timestamps: KafkaTimestamps, oversized: KafkaOversize? = nil,
        makingEach makeEncoder: @escaping @Sendable () -> (Input, inout OutgoingRecord) throws -> Void
    ) {
        self.output = output
        self.topic = topic
        self.timestamps = timestamps
        self.oversized = oversized
        self.makeEncoder = makeEncoder
        output.addTopic(topic, timestamps)
    }

    public var summary: String { "Kafka, \(topic)" }
    public var sharedOutput: (any SharedOutput)? { output }

    public func open(_ context: SinkContext) throws -> Writer {
        Writer(output, OutgoingRecord(topic: topic), timestamps, oversized, encode: makeEncoder(), context)
    }

    /// The writer of one task.
    public struct Writer: SinkWriter {
        private let output: KafkaOutput
        private let encode: (Input, inout OutgoingRecord) throws -> Void
        private let timestamps: KafkaTimestamps
        private let oversized: KafkaOversize?
        private let countSkipped: @Sendable () -> Void
        /// The size limit of `limitedTopic`, the topic of the last record.
        private var limit: Int?
        private var limitedTopic: String
        private let lane: EpochLane
        private let wake: @Sendable () -> Void
        private let logger: Logger
        private var outgoing: OutgoingRecord
        /// The epoch's producer; `nil` until the lane is open.
        private var producer: KafkaProducer?
        /// The oldest timestamp that the topic retains; `nil` after the warning was logged once.
        private var oldest: Timestamp?

        init(
            _ output: KafkaOutput, _ outgoing: OutgoingRecord, _ timestamps: KafkaTimestamps,
            _ oversized: KafkaOversize?,
            encode: @escaping (Input, inout OutgoingRecord) throws -> Void, _ context: SinkContext
        ) {
            self.output = output
            self.outgoing = outgoing
            self.timestamps = timestamps
            self.encode = encode
            self.oversized = oversized
            countSkipped = context.countSkipped
            limitedTopic = outgoing.topic
            limit = output.limit(of: outgoing.topic)
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
            guard try fits() else { return }
            if let producer {
                try output.send(outgoing, to: producer)
            } else {
                producer = try lane.send(outgoing)
            }
        }

        /// Returns whether the record is to be sent. Cuts or discards a record that is too large for its topic.
        private mutating func fits() throws -> Bool {
            if outgoing.topic != limitedTopic {
                limitedTopic = outgoing.topic
                limit = output.limit(of: limitedTopic)
            }
            guard let limit else { return true }
            let bytes = RecordSize.bytes(of: outgoing)
            if bytes <= limit { return true }
            let problem = RecordTooLarge(
                topic: limitedTopic, bytes: bytes, limit: limit, isDeadLetter: oversized != nil)
            switch oversized {
            case nil, .fail: throw problem
            case .drop:
                logger.warning("a dead letter is left out: \(problem)")
                countSkipped()
                return false
            case .withoutValue:
                let cut =
                    "the value of \(outgoing.value.count) bytes and the record's own headers: too large for the topic"
                outgoing.value.removeAll()
                outgoing.hasValue = false
                outgoing.headers.removeAll { !$0.name.hasPrefix(DeliveryHeader.prefix) }
                outgoing.headers.append(KafkaHeader(DeliveryHeader.cut, cut))
                guard RecordSize.bytes(of: outgoing) <= limit else { throw problem }
                logger.warning("a dead letter is written without its value: \(problem)")
                return true
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
