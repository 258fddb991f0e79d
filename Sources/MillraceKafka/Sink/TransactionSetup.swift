internal import Logging
import Millrace
import RDKafka

/// What a run's transactional producers are made with.
struct TransactionSetup: Sendable {
    let configuration: KafkaConfiguration
    /// The transactional id; each of the two producers adds its turn to it.
    let id: String
    /// How long a transaction may stay open.
    let timeout: Duration
    /// The state folder's identity; empty if there is none.
    let folder: String
    /// Where notes of checkpoints go; `nil` if the transactional id is this run's alone.
    let notes: CheckpointTopic?
    var patience = Patience.unmoved
    let logger: Logger

    /// Producers of a run.
    static let turns = 2

    /// How long a start waits for a coordinator that is not ready.
    static let limit = Duration.seconds(30)

    /// A producer that has shut out every other one of its id and turn.
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

    /// Adds the note of `checkpoint` to a transaction that has just begun: it has arrived long before the commit.
    func note(_ checkpoint: CheckpointNumber, owner: String, in producer: KafkaProducer) throws {
        try notes?.write(
            CheckpointNote(owner: owner, folder: folder, checkpoint: checkpoint.value), to: producer)
    }

    /// Says in the checkpoint topic that `owner`'s transactions count from now on; what the last note says of the
    /// checkpoint stays.
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
