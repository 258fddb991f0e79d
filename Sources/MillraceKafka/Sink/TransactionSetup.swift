internal import Logging
import Millrace
import RDKafka

/// The settings that a run's transactional producers are created with.
struct TransactionSetup: Sendable {
    let configuration: KafkaConfiguration
    /// The transactional id; each of the two producers appends its number (`turn`) to it.
    let id: String
    /// How long a transaction may stay open.
    let timeout: Duration
    /// The identity of the state folder; empty if there is none.
    let folder: String
    /// The topic in which checkpoints are recorded; `nil` if the transactional id was generated for this run.
    let notes: CheckpointTopic?
    var patience = Patience.unmoved
    let logger: Logger

    /// The number of producers of a run.
    static let turns = 2

    /// How long a start waits for a coordinator that is not available.
    static let limit = Duration.seconds(30)

    /// Creates a producer that has fenced all others with the same id and turn.
    func producer(_ turn: Int) throws -> KafkaProducer {
        var configuration = configuration
        configuration["transaction.timeout.ms"] = "\(Int(timeout / .milliseconds(1)))"
        let (logger, brokers) = (logger, configuration.brokers)
        let producer = try KafkaProducer(configuration, transactionalID: "\(id)-\(turn)", logger: logger) {
            logger.info("Kafka at \(brokers): \($0)")
        }
        try patience.retrying(until: .now.advanced(by: Self.limit)) { try producer.initTransactions(timeout: $0) }
        return producer
    }

    /// Adds the note of `checkpoint` to a transaction that has just begun, so that it arrives long before the commit.
    func note(_ checkpoint: CheckpointNumber, owner: String, in producer: KafkaProducer) throws {
        try notes?.write(
            CheckpointNote(owner: owner, folder: folder, checkpoint: checkpoint.value), to: producer)
    }

    /// Writes a note that makes `owner` the owner of the transactional id. It repeats the checkpoint of the last note.
    func claim(for owner: String, after marker: CommitMarker?, with producer: KafkaProducer) throws {
        guard let notes else { return }
        try producer.beginTransaction()
        try notes.write(
            CheckpointNote(
                owner: owner, folder: marker?.folder ?? "", checkpoint: marker?.checkpoint.value ?? 0),
            to: producer)
        try patience.retrying(until: .now.advanced(by: Self.limit)) { try producer.commitTransaction(timeout: $0) }
    }
}
