import Foundation
import Logging
import Millrace
import RDKafka
import Synchronization

/// The producers that all sinks of a `Kafka` share.
///
/// Exactly-once: two transactional producers take turns, epoch by epoch, so that the next epoch's records are on their way
/// while the last one's transaction commits. A transaction holds the epoch's records, the offsets of the cluster's sources,
/// and a marker: the checkpoint's number, committed as an offset under a group of its own (`<transactional id>-checkpoints`)
/// with the state folder's identity as metadata. At-least-once: one idempotent producer.
final class KafkaOutput: SharedOutput {
    private struct State {
        var producers: [KafkaProducer] = []
        /// For each producer, the epoch whose transaction it has begun.
        var begun: [CheckpointNumber?] = []
        var topics: Set<String> = []
        var isTransactional = false
        var folder = ""
        var id = ""
        var timeout = Duration.seconds(60)
        var logger = Logger(label: "millrace")
    }

    private let configuration: KafkaConfiguration
    private let givenID: String?
    private let instance = UUID().uuidString
    private let state = Mutex(State())
    private let sessions = Mutex<@Sendable () -> [String: SourceSession]>({ [:] })

    init(_ configuration: KafkaConfiguration, transactionalID: String?) {
        self.configuration = configuration
        givenID = transactionalID
    }

    func connect(_ sessions: @escaping @Sendable () -> [String: SourceSession]) {
        self.sessions.withLock { $0 = sessions }
    }

    func addTopic(_ topic: String) { state.withLock { _ = $0.topics.insert(topic) } }

    var summary: String { "Kafka at \(configuration.brokers)" }
    var isTransactional: Bool { state.withLock { $0.isTransactional } }

    // MARK: Start

    func start(_ run: OutputRun) throws -> CommitMarker? {
        close()
        let isTransactional = run.delivery == .exactlyOnce
        do {
            if !isTransactional {
                let producer = try KafkaProducer(configuration, logger: run.logger, onError: log(run.logger))
                state.withLock { state in
                    state.producers = [producer]
                    state.isTransactional = false
                    state.logger = run.logger
                }
                return nil
            }
            let timeout = try TransactionTiming.timeout(configuration, interval: run.interval, logger: run.logger)
            // Members of a group have no state folder to share: each is known by a name of its own.
            let id = givenID ?? (run.folder.isEmpty ? "\(run.pipeline)-\(instance)" : run.pipeline)
            var configuration = configuration
            configuration["transaction.timeout.ms"] = "\(Int(timeout / .milliseconds(1)))"
            let producers = try (0..<2).map { turn in
                let producer = try KafkaProducer(
                    configuration, transactionalID: "\(id)-\(turn)", logger: run.logger, onError: log(run.logger))
                try patiently(for: .seconds(60)) { try producer.initTransactions(timeout: $0) }
                return producer
            }
            state.withLock { state in
                state.producers = producers
                state.begun = [nil, nil]
                state.isTransactional = true
                state.folder = run.folder
                state.id = id
                state.timeout = timeout
                state.logger = run.logger
            }
            return run.folder.isEmpty ? nil : try readMarker(run.logger)
        } catch let error as KafkaError {
            throw SinkError("\(summary): \(error)", advice: advice(error))
        }
    }

    private func advice(_ error: KafkaError) -> String {
        if error.isUnauthorised { return "Give this client the right, or other credentials" }
        if error.isRetriable {
            return "See that a broker listens at \(configuration.brokers), and that this machine reaches it"
        }
        return "Mend the configuration"
    }

    private func log(_ logger: Logger) -> @Sendable (KafkaError) -> Void {
        { [summary] error in logger.info("\(summary): \(error)") }
    }

    private static func markerGroup(_ id: String) -> String { "\(id)-checkpoints" }
    private static let markerFormat = "millrace 1 "

    private func readMarker(_ logger: Logger) throws -> CommitMarker? {
        let (id, topics) = state.withLock { ($0.id, $0.topics.sorted()) }
        let consumer = try KafkaConsumer(configuration, group: Self.markerGroup(id), logger: logger)
        defer { consumer.close() }
        var found: [CommittedOffset] = []
        try patiently(for: .seconds(60)) { timeout in
            found = try consumer.committed(topics.map { TopicPartition($0, 0) }, timeout: timeout)
        }
        return found.compactMap { entry in
            guard entry.metadata.hasPrefix(Self.markerFormat) else { return nil }
            return CommitMarker(
                folder: String(entry.metadata.dropFirst(Self.markerFormat.count)),
                checkpoint: CheckpointNumber(UInt64(entry.offset)))
        }.max { $0.checkpoint < $1.checkpoint }
    }

    // MARK: Epochs

    /// The producer of the epoch that `checkpoint` ends, with its transaction begun.
    func producer(for checkpoint: CheckpointNumber) throws -> KafkaProducer {
        try state.withLock { state in
            guard state.isTransactional else {
                guard let producer = state.producers.first else { throw closedError }
                return producer
            }
            let turn = Int(checkpoint.value % 2)
            guard turn < state.producers.count else { throw closedError }
            let producer = state.producers[turn]
            if state.begun[turn] != checkpoint {
                do { try producer.beginTransaction() } catch let error as KafkaError { throw judged(error) }
                state.begun[turn] = checkpoint
            }
            return producer
        }
    }

    private var closedError: SinkError {
        SinkError("\(summary) is not open", advice: "Run the sink as part of a pipeline")
    }

    func flush(_ checkpoint: CheckpointNumber) throws {
        do { try producer(for: checkpoint).flush(timeout: state.withLock { $0.timeout }) } catch let error as KafkaError
        {
            throw judged(error)
        }
    }

    func commit(_ checkpoint: CheckpointNumber, _ positions: [CommittedPosition]) throws {
        let producer = try producer(for: checkpoint)
        let (timeout, folder, id, topic) = state.withLock { ($0.timeout, $0.folder, $0.id, $0.topics.min()) }
        do {
            for (operatorID, session) in sessions.withLock({ $0 })() {
                let own = positions.filter { $0.operatorID == operatorID }
                if own.isEmpty { continue }
                let (offsets, group) = try session.transactionOffsets(own)
                try patiently(for: timeout) { try producer.sendOffsets(offsets, group: group, timeout: $0) }
            }
            if !folder.isEmpty, let topic {
                let marker = CommittedOffset(
                    TopicPartition(topic, 0), Int64(checkpoint.value), metadata: Self.markerFormat + folder)
                let group = try GroupMetadata(group: Self.markerGroup(id))
                try patiently(for: timeout) { try producer.sendOffsets([marker], group: group, timeout: $0) }
            }
            // The outcome is open until the broker has answered: the same call again, not a new transaction.
            try patiently(for: timeout * 2) { try producer.commitTransaction(timeout: $0) }
        } catch let error as KafkaError {
            if error.isAbortable { try? producer.abortTransaction(timeout: .seconds(10)) }
            throw judged(error)
        }
        state.withLock { $0.begun[Int(checkpoint.value % 2)] = nil }
    }

    /// A producer that was shut out must not start again: it would shut out the one that took over.
    func judged(_ error: KafkaError) -> any Error {
        if error.isRebalance { return GroupMoved(error: error) }
        return error.isFenced || error.isUnauthorised ? PermanentKafkaFailure(error: error) : error
    }

    private func patiently(for limit: Duration, _ call: (Duration) throws -> Void) throws {
        let deadline = ContinuousClock.now.advanced(by: limit)
        while true {
            do { return try call(.seconds(10)) } catch let error as KafkaError where error.isRetriable && !error.isFatal
            {
                guard ContinuousClock.now < deadline else { throw error }
                usleep(50_000)
            }
        }
    }

    func close() {
        let producers = state.withLock { state in
            defer {
                state.producers = []
                state.begun = []
            }
            return state.producers
        }
        for producer in producers { producer.close() }
    }
}
