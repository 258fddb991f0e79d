import Dispatch
import Foundation
internal import Logging
import Millrace
import RDKafka
import Synchronization

/// The producers that all sinks of a `Kafka` share.
///
/// Exactly-once: two transactional producers alternate from epoch to epoch, so that an epoch's transaction is committed
/// while the records of the next one are sent. To keep the records of a key in order, none of those is sent before all
/// records of the previous epoch are in the log (`EpochLane`). A transaction contains the epoch's records, the offsets
/// of the cluster's sources and a note of the checkpoint (`CheckpointTopic`). Other guarantees: one idempotent
/// producer.
final class KafkaOutput: SharedOutput {
    struct State {
        var producers: [KafkaProducer] = []
        /// The epoch whose transaction each producer has begun.
        var begun: [CheckpointNumber?] = []
        /// The last epoch whose records may be sent.
        var open = CheckpointNumber.none
        var lanes: [EpochLane] = []
        /// The sinks' topics, and which timestamps their records have.
        var topics: [String: KafkaTimestamps] = [:]
        /// The topics' retention, where it is limited.
        var retention: [String: Duration] = [:]
        /// The largest record that each topic accepts, in bytes, where it is known.
        var limits: [String: Int] = [:]
        var memberships: [KafkaMembership] = []
        /// The settings of this run's transactions; `nil` if it has none.
        var transactions: TransactionSetup?
        /// Whether this run has become the owner of its transactional id (`TransactionSetup.claim`).
        var hasClaimed = false
    }

    let configuration: KafkaConfiguration
    let givenID: String?
    /// The owner id in this run's notes; distinguishes it from others with the same transactional id.
    let instance = UUID().uuidString
    let state = Mutex(State())
    private let sessions: SourceSessions

    init(_ configuration: KafkaConfiguration, transactionalID: String?, _ sessions: SourceSessions) {
        self.sessions = sessions
        self.configuration = configuration
        givenID = transactionalID
    }

    /// Registers a sink's topic. If any sink of a topic writes event times, the retention is checked against them.
    func addTopic(_ topic: String, _ timestamps: KafkaTimestamps) {
        state.withLock { state in
            if state.topics[topic] != .eventTime { state.topics[topic] = timestamps }
        }
    }

    func addMembership(_ membership: KafkaMembership) { state.withLock { $0.memberships.append(membership) } }

    var summary: String { "Kafka at \(configuration.brokers)" }
    var isTransactional: Bool { state.withLock { $0.transactions != nil } }

    // MARK: Epochs

    func begin(_ checkpoint: CheckpointNumber) { state.withLock { $0.open = checkpoint } }

    /// Creates the lane through which a writer reaches the producers.
    func lane(_ epoch: CheckpointNumber, wake: @escaping @Sendable () -> Void) -> EpochLane {
        let lane = EpochLane(self, epoch: epoch, wake: wake)
        state.withLock { $0.lanes.append(lane) }
        return lane
    }

    /// The retention of a topic; `nil` if it is unlimited or not known.
    func retention(of topic: String) -> Duration? { state.withLock { $0.retention[topic] } }

    /// The largest record that a topic accepts, in bytes; `nil` if it is not known, or depends on the record's
    /// compression.
    func limit(of topic: String) -> Int? {
        let compression = configuration["compression.type"] ?? configuration["compression.codec"] ?? "none"
        return compression == "none" ? state.withLock { $0.limits[topic] } : nil
    }

    /// Returns the producer of the epoch that `checkpoint` ends, with its transaction begun; `nil` while records of the
    /// previous epoch are in flight.
    func producer(for checkpoint: CheckpointNumber) throws -> KafkaProducer? {
        try state.withLock { state in
            guard let transactions = state.transactions else {
                guard let producer = state.producers.first else { throw closedError }
                return producer
            }
            guard checkpoint <= state.open else { return nil }
            let turn = Self.turn(of: checkpoint)
            guard turn < state.producers.count else { throw closedError }
            let producer = state.producers[turn]
            if state.begun[turn] != checkpoint {
                do {
                    try producer.beginTransaction()
                    try transactions.note(checkpoint, owner: instance, in: producer)
                } catch let error as KafkaError { throw judged(error) }
                state.begun[turn] = checkpoint
            }
            return producer
        }
    }

    private static func turn(of checkpoint: CheckpointNumber) -> Int { Int(checkpoint.value % 2) }

    private func openProducer(for checkpoint: CheckpointNumber) throws -> KafkaProducer {
        guard let producer = try producer(for: checkpoint) else {
            throw PipelineError.internalFault("checkpoint \(checkpoint) comes before the one that it follows on")
        }
        return producer
    }

    private var closedError: SinkError {
        SinkError("\(summary) is not open", advice: "Run the sink as part of a pipeline")
    }

    /// Passes a record to a producer.
    func send(_ record: OutgoingRecord, to producer: KafkaProducer) throws {
        // 0 means the time of sending; Kafka cannot store times before 1970.
        let milliseconds = record.timestamp.map { max(1, $0.milliseconds) } ?? 0
        do {
            try record.key.withUnsafeBytes { key in
                try record.value.withUnsafeBytes { value in
                    try producer.produce(
                        record.topic, partition: record.partition ?? -1, key: record.hasKey ? key : nil,
                        value: record.hasValue ? value : nil, headers: record.headers, timestamp: milliseconds)
                }
            }
        } catch let error as KafkaError { throw judged(error) }
    }

    func flush(_ checkpoint: CheckpointNumber) throws {
        let producer = try openProducer(for: checkpoint)
        let timeout = state.withLock { $0.transactions?.timeout } ?? TransactionTiming.least
        do { try producer.flush(timeout: timeout) } catch let error as KafkaError { throw judged(error) }
        let lanes = state.withLock { state in
            state.open = max(state.open, checkpoint.next)
            return state.lanes
        }
        // In parallel with storing the checkpoint; a task that writes in the meantime opens its lane itself.
        if !lanes.isEmpty { DispatchQueue.global().async { for lane in lanes { lane.open() } } }
    }

    func commit(_ checkpoint: CheckpointNumber, _ positions: [CommittedPosition]) throws {
        guard let timeout = state.withLock({ $0.transactions?.timeout }) else { return }
        let producer = try openProducer(for: checkpoint)
        do {
            for (operatorID, session) in sessions.all {
                let own = positions.filter { $0.operatorID == operatorID }
                if own.isEmpty { continue }
                let (offsets, group) = try session.transactionOffsets(own)
                try Patience.unmoved.retrying(until: .now.advanced(by: timeout)) {
                    try producer.sendOffsets(offsets, group: group, timeout: $0)
                }
            }
            // The outcome is unknown until the broker answers, so the same call is repeated, without a new transaction.
            try Patience.unmoved.retrying(until: .now.advanced(by: timeout * 2)) {
                try producer.commitTransaction(timeout: $0)
            }
        } catch let error as KafkaError {
            if error.isAbortable { try? producer.abortTransaction(timeout: .seconds(10)) }
            throw judged(error)
        }
        let turn = Self.turn(of: checkpoint)
        state.withLock { $0.begun[turn] = nil }
        if producer.hasLostAnswers { try renew(turn) }
    }

    /// Replaces a producer, some request of whose last transaction may still reach the broker: a newer producer epoch
    /// fences that request.
    func renew(_ turn: Int) throws {
        guard let transactions = state.withLock({ $0.transactions }) else { return }
        transactions.logger.info("\(summary): an answer was lost, so the next transaction has a new producer")
        do {
            let producer = try transactions.producer(turn)
            let old = state.withLock { state in
                defer { state.producers[turn] = producer }
                return state.producers[turn]
            }
            old.close()
        } catch let error as KafkaError { throw judged(error) }
    }

    /// Returns the error that a producer's failure is reported as, which determines whether the run restarts.
    func judged(_ error: KafkaError) -> any Error {
        if error.isTooLarge { return LargeRecordRefused(error: error) }
        if error.isRebalance { return GroupMoved(error: error) }
        if error.isUnauthorised || error.isInstanceFenced { return PermanentKafkaFailure(error: error) }
        return error.isFenced ? ProducerShutOut(error: error) : error
    }

    func close() {
        let (lanes, producers) = state.withLock { state in
            defer {
                state.lanes = []
                state.producers = []
                state.begun = []
            }
            return (state.lanes, state.producers)
        }
        // First, so that nothing is sent to a closed producer.
        for lane in lanes { lane.close() }
        for producer in producers { producer.close() }
    }
}

/// A producer was fenced: its transaction was open for too long, or another instance uses its transactional id. The
/// next attempt finds out which (`TakenOver`).
struct ProducerShutOut: Error, CustomStringConvertible {
    let error: KafkaError
    var description: String {
        "a transaction was open for too long, or another instance uses its transactional id: \(error)"
    }
}

/// A record, or a batch of records, was rejected because of its size.
struct LargeRecordRefused: PermanentFailure, CustomStringConvertible {
    let error: KafkaError
    var description: String {
        "\(error). Raise the topic's max.message.bytes (and message.max.bytes of this client, if it is set), or compress (compression.type)"
    }
}

/// Another instance has taken over the transactional id. It is permanent: a restart would fence that instance in turn.
struct TakenOver: PermanentFailure, CustomStringConvertible {
    let transactionalID: String
    var description: String {
        "another instance has taken over the transactional id '\(transactionalID)'. Stop one of them, or give each an id of its own (Kafka(transactionalID:))."
    }
}
