import Dispatch
import Foundation
internal import Logging
import Millrace
import RDKafka
import Synchronization

/// The producers that all sinks of a `Kafka` share.
///
/// Exactly-once: two transactional producers take turns, epoch by epoch, so that an epoch's transaction commits while the
/// next one's records are on their way. None of those is sent before everything of the last epoch is in the log
/// (`EpochLane`): the records of a key stay in order. A transaction holds the epoch's records, the offsets of the cluster's
/// sources, and a note of the checkpoint (`CheckpointTopic`). At-least-once: one idempotent producer.
final class KafkaOutput: SharedOutput {
    struct State {
        var producers: [KafkaProducer] = []
        /// For each producer, the epoch whose transaction it has begun.
        var begun: [CheckpointNumber?] = []
        /// The last epoch whose records may be sent.
        var open = CheckpointNumber.none
        var lanes: [EpochLane] = []
        /// The sinks' topics, and how their records are stamped.
        var topics: [String: KafkaTimestamps] = [:]
        /// How long each topic keeps records, where it does not keep them for ever.
        var retention: [String: Duration] = [:]
        /// The largest record that each topic takes, in bytes, as far as it is known.
        var limits: [String: Int] = [:]
        var memberships: [KafkaMembership] = []
        /// What the transactions of this run are made with; `nil` if it has none.
        var transactions: TransactionSetup?
        /// This run has said that its transactions count.
        var hasClaimed = false
    }

    let configuration: KafkaConfiguration
    let givenID: String?
    /// Tells this run's notes from those of others with the same transactional id.
    let instance = UUID().uuidString
    let state = Mutex(State())
    private let sessions: SourceSessions

    init(_ configuration: KafkaConfiguration, transactionalID: String?, _ sessions: SourceSessions) {
        self.sessions = sessions
        self.configuration = configuration
        givenID = transactionalID
    }

    /// A sink writes to `topic`. Where one stamps with event time, that is what its retention goes by.
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

    /// A writer's way to the producers.
    func lane(_ epoch: CheckpointNumber, wake: @escaping @Sendable () -> Void) -> EpochLane {
        let lane = EpochLane(self, epoch: epoch, wake: wake)
        state.withLock { $0.lanes.append(lane) }
        return lane
    }

    /// How long a topic keeps records; `nil` if that is for ever, or not known.
    func retention(of topic: String) -> Duration? { state.withLock { $0.retention[topic] } }

    /// The largest record that a topic takes; `nil` if it is not known, or depends on how well the record compresses.
    func limit(of topic: String) -> Int? {
        let compression = configuration["compression.type"] ?? configuration["compression.codec"] ?? "none"
        return compression == "none" ? state.withLock { $0.limits[topic] } : nil
    }

    /// The producer of the epoch that `checkpoint` ends, with its transaction begun; `nil` while records of the epoch before
    /// are still on their way.
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

    /// Hands a record to a producer.
    func send(_ record: OutgoingRecord, to producer: KafkaProducer) throws {
        // 0 stands for the time of sending, and a time before 1970 is none that Kafka could keep.
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
        // Beside the writing of the checkpoint; a task that writes now does it itself.
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
            // The outcome is open until the broker has answered: the same call again, not a new transaction.
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

    /// A request of the last transaction may still reach the broker: a new epoch of the producer shuts it out.
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

    /// What a failure of a producer means for the run.
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
        // First, so that nothing is sent to a producer that is gone.
        for lane in lanes { lane.close() }
        for producer in producers { producer.close() }
    }
}

/// The broker takes no more from a producer: its transaction was open for too long, or another instance began to use its
/// transactional id. The next attempt finds out which (`TakenOver`).
struct ProducerShutOut: Error, CustomStringConvertible {
    let error: KafkaError
    var description: String {
        "a transaction was open for too long, or another instance uses its transactional id: \(error)"
    }
}

/// A record, or a batch of records, that was refused for its size.
struct LargeRecordRefused: PermanentFailure, CustomStringConvertible {
    let error: KafkaError
    var description: String {
        "\(error). Raise the topic's max.message.bytes (and message.max.bytes of this client, if it is set), or compress (compression.type)"
    }
}

/// Another instance's transactions count now. Going on would shut it out in turn.
struct TakenOver: PermanentFailure, CustomStringConvertible {
    let transactionalID: String
    var description: String {
        "another instance has taken over the transactional id '\(transactionalID)'. Stop one of them, or give each an id of its own (Kafka(transactionalID:))."
    }
}
