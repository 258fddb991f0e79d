import Foundation
import Logging
import NIOCore

/// The state of a broker.
///
/// `@unchecked Sendable`: used on its event loop only.
final class BrokerState: @unchecked Sendable {
    let configuration: BrokerConfiguration
    let loop: any EventLoop
    let logger: Logger
    let faults: FaultScript
    let clusterID = "millrace-test"
    var port = 0
    var topics: [String: Topic] = [:]
    var groups: [String: Group] = [:]
    var isDelayed: Set<String> = []
    var transactions: [String: Transaction] = [:]
    var transactionOfProducer: [Int64: String] = [:]
    var producerIDs = ProducerIDs()
    var waitingFetches: [Int: WaitingFetch] = [:]
    var nextFetch = 0
    /// The start offset of each partition; used only while files are restored.
    var removed: [TopicPartitionKey: Int64] = [:]
    var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    var journal: BrokerJournal?
    /// The error code with which a fault answers the current request.
    var forced: KafkaErrorCode?
    /// New topics that are still hidden from clients (`topicPropagation`).
    var hiddenTopics: Set<String> = []
    /// Whether the broker has crashed. Requests are not answered any more.
    private(set) var isDead = false
    private let onDeath: @Sendable (BrokerState) -> Void

    struct Topic {
        var partitions: [PartitionLog]
        var settings: [String: String]
    }

    init(
        _ configuration: BrokerConfiguration, loop: any EventLoop, faults: FaultScript,
        onDeath: @escaping @Sendable (BrokerState) -> Void
    ) throws {
        self.configuration = configuration
        self.loop = loop
        self.faults = faults
        self.onDeath = onDeath
        logger = configuration.logger
        if let folder = configuration.dataDirectory {
            let journal = try BrokerJournal(folder: folder, logger: logger)
            try restore(from: journal)
            self.journal = journal
        }
    }

    /// Simulates a crash: clients see the same as if the process was killed.
    func die() {
        guard !isDead else { return }
        isDead = true
        for connection in connections.values { connection.close() }
        journal?.close()
        onDeath(self)
    }

    // MARK: Topics

    func createTopic(_ name: String, partitions: Int, settings: [String: String]) -> KafkaErrorCode {
        guard Self.isValid(name) else { return .invalidTopic }
        guard topics[name] == nil else { return .topicAlreadyExists }
        guard (1...10_000).contains(partitions) else { return .invalidPartitions }
        topics[name] = Topic(partitions: (0..<partitions).map { _ in PartitionLog() }, settings: settings)
        journal?.note(.topic(name: name, partitions: partitions, settings: settings))
        if configuration.topicPropagation > .zero {
            hiddenTopics.insert(name)
            loop.scheduleTask(in: .nanoseconds(Int64(configuration.topicPropagation / .nanoseconds(1)))) { [self] in
                hiddenTopics.remove(name)
            }
        }
        return .none
    }

    private static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 249 && name != "." && name != ".."
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || [45, 46, 95].contains($0)
            }
    }

    func deleteTopic(_ name: String) -> KafkaErrorCode {
        guard topics.removeValue(forKey: name) != nil else { return .unknownTopicOrPartition }
        for (id, group) in groups {
            groups[id]?.offsets = group.offsets.filter { $0.key.topic != name }
        }
        journal?.note(.topicRemoved(name: name))
        return .none
    }

    func addPartitions(_ name: String, total: Int) -> KafkaErrorCode {
        guard let topic = topics[name] else { return .unknownTopicOrPartition }
        guard total > topic.partitions.count, total <= 10_000 else { return .invalidPartitions }
        for _ in topic.partitions.count..<total { topics[name]?.partitions.append(PartitionLog()) }
        journal?.note(.topic(name: name, partitions: total, settings: topic.settings))
        return .none
    }

    func log(_ partition: TopicPartitionKey) -> PartitionLog? {
        guard !hiddenTopics.contains(partition.topic), let topic = topics[partition.topic],
            topic.partitions.indices.contains(Int(partition.partition))
        else {
            return nil
        }
        return topic.partitions[Int(partition.partition)]
    }

    /// Appends a batch to the log and its file, and wakes waiting fetches.
    @discardableResult
    func append(_ batch: RecordBatch, to partition: TopicPartitionKey) -> Int64 {
        guard let placed = log(partition)?.append(batch) else { return -1 }
        journal?.append(placed, to: partition)
        wakeFetches(of: partition)
        return placed.baseOffset
    }

    func commitOffsets(_ group: String, _ offsets: [TopicPartitionKey: Group.Offset]) {
        groups[group, default: Group(id: group)].offsets.merge(offsets) { _, new in new }
        journal?.note(.offsets(group: group, offsets: offsets.map { BrokerJournal.StoredOffset($0.key, $0.value) }))
    }
}
