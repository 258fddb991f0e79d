import Dispatch
import Foundation
internal import Logging
import Millrace
import RDKafka
import Synchronization

/// The resources of a Kafka source during a run: the consumer, the partitions' queues and its membership in a group.
final class SourceSession: Sendable {
    /// A partition that is ready to be read.
    struct OpenedPartition: Sendable {
        let queue: PartitionQueue
        let start: Int64
        let end: Int64?
        /// The record before `start` according to the checkpoint, which is read again.
        var last: LastRecord?
    }

    struct State {
        var consumer: KafkaConsumer?
        var run: SourceRun?
        var opened: [PartitionID: OpenedPartition] = [:]
        var committed: [TopicPartition: Int64] = [:]
        /// The partitions at the start of the run. Others are new.
        var initial: Set<TopicPartition>?
        var share = GroupShare()
        var waiters: [CheckedContinuation<Void, any Error>] = []
        var failure: (any Error)?
        /// The membership in whose name the attempt's transactions commit offsets: that of the generation in which the
        /// group has assigned its partitions.
        var membership: GroupMetadata?
        /// The start offsets of partitions without a checkpoint in the run's first attempt. Later attempts use the
        /// same.
        var firstStarts: [TopicPartition: Int64] = [:]
        /// The greatest offsets that this run has committed for the group, or requested to commit.
        var ownCommits: [TopicPartition: Int64] = [:]
        var discovery: Discovery?
        /// The new partitions that were reported to the run.
        var announced: Set<TopicPartition> = []
    }

    let configuration: KafkaConfiguration
    let sessions: SourceSessions
    /// Whether sinks of the same `Kafka` write in transactions.
    let isOutputTransactional: @Sendable () -> Bool
    let topics: TopicSelection
    private let givenGroup: String?
    let options: KafkaSourceOptions
    let state = Mutex(State())

    init(
        _ configuration: KafkaConfiguration, _ topics: TopicSelection, group: String?, _ options: KafkaSourceOptions,
        in sessions: SourceSessions, isOutputTransactional: @escaping @Sendable () -> Bool
    ) {
        self.configuration = configuration
        self.sessions = sessions
        self.isOutputTransactional = isOutputTransactional
        self.topics = topics
        givenGroup = group
        self.options = options
    }

    var summary: String { "Kafka, \(topics.text)" }
    var isShared: Bool { options.membership != .standalone }

    var run: SourceRun? { state.withLock { $0.run } }
    /// The group for which offsets are committed.
    var group: String { givenGroup ?? run?.pipeline ?? "millrace" }

    func consumer() throws -> KafkaConsumer {
        guard let consumer = state.withLock({ $0.consumer }) else {
            throw SourceError("\(summary) is not connected", advice: "Run it as part of a pipeline")
        }
        return consumer
    }

    func sourceError(_ error: KafkaError) -> SourceError {
        SourceError("\(summary): \(error)", advice: advice(error), isTransient: error.isTransient)
    }

    private func advice(_ error: KafkaError) -> String {
        if error.isUnauthorised { return "Give this client the right, or other credentials" }
        if error.isTransient {
            return "See that a broker listens at \(configuration.brokers), and that this machine reaches it"
        }
        if error.isUnknownTopic { return "Make the topic, or correct its name" }
        return "Correct the configuration, or look at the broker's log"
    }

    func throwFailure() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    func describe(_ error: KafkaError, _ partition: TopicPartition, _ position: KafkaOffset) -> any Error {
        if error.name == "_AUTO_OFFSET_RESET" || error.name == "OFFSET_OUT_OF_RANGE" {
            return SourceError(
                "\(partition) does not have \(position): its records were removed, or the partition was made anew",
                advice: "Choose offsetReset: .earliest or .latest, or start over with --fresh")
        }
        return error
    }
}
