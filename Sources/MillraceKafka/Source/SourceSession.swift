import Dispatch
import Foundation
internal import Logging
import Millrace
import RDKafka
import Synchronization

/// What a Kafka source keeps open for a run: the consumer, the partitions' queues, and its part in a group.
final class SourceSession: Sendable {
    /// A partition that is ready to be read.
    struct OpenedPartition: Sendable {
        let queue: PartitionQueue
        let start: Int64
        let end: Int64?
        /// The record before `start` that the checkpoint knows; it is read again.
        var last: LastRecord?
    }

    /// When a reader commits by itself.
    enum CommitMode: Sendable {
        case never
        case before
        case afterRecord
        case afterBatch
        case every(Duration)
    }

    struct State {
        var consumer: KafkaConsumer?
        var run: SourceRun?
        var opened: [PartitionID: OpenedPartition] = [:]
        var committed: [TopicPartition: Int64] = [:]
        /// Partitions known at the start of the run: others are new.
        var initial: Set<TopicPartition>?
        var share = GroupShare()
        var waiters: [CheckedContinuation<Void, any Error>] = []
        var failure: (any Error)?
        /// Whose offsets the attempt's transactions commit: the group's generation in which it was given its partitions.
        var membership: GroupMetadata?
        /// Where partitions began that no checkpoint knew, in the run's first attempt: there the next one begins too.
        var firstStarts: [TopicPartition: Int64] = [:]
        /// The greatest offsets that this run has committed for the group, or asked to have committed.
        var ownCommits: [TopicPartition: Int64] = [:]
        var discovery: Discovery?
        /// New partitions that the run has been told of.
        var announced: Set<TopicPartition> = []
    }

    let configuration: KafkaConfiguration
    private let sessions: SourceSessions
    /// Whether the records that sinks of the same `Kafka` write are committed in transactions.
    private let isOutputTransactional: @Sendable () -> Bool
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
    /// Offsets are committed for this group.
    var group: String { givenGroup ?? run?.pipeline ?? "millrace" }

    func consumer() throws -> KafkaConsumer {
        guard let consumer = state.withLock({ $0.consumer }) else {
            throw SourceError("\(summary) is not connected", advice: "Run it as part of a pipeline")
        }
        return consumer
    }

    // MARK: An attempt begins

    func connect(_ run: SourceRun) async throws {
        let (isNew, broken) = try state.withLock { state -> (Bool, KafkaConsumer?) in
            // Coming back would shut out the one that has taken over.
            if let failure = state.failure as? any PermanentFailure { throw failure }
            if let error = state.consumer?.fatalError, error.isFenced { throw PermanentKafkaFailure(error: error) }
            state.run = run
            state.failure = nil
            state.membership = nil
            state.opened = [:]
            state.committed = [:]
            let broken = state.consumer.flatMap { $0.fatalError == nil ? nil : $0 }
            if broken != nil {
                state.consumer = nil
                state.share = GroupShare()
            }
            return (state.consumer == nil, broken)
        }
        // A client that has failed for good is of no use to another attempt.
        if let broken { try await blocking { broken.close() } }
        sessions.add(self, of: run.operatorID)
        if run.commitsPositionsWithOutput, !run.storesPositions, !commitsWithOutput {
            throw ConfigurationError(
                "\(summary) and the output are of different clusters, whose offsets and records cannot be committed as one without a state folder",
                advice: "Give checkpoints a directory, use one Kafka object for both, or choose delivery at-least-once")
        }
        guard isNew else { return }
        try await blocking { [self] in
            var configuration = configuration
            configuration["auto.offset.reset"] =
                options.offsetReset == .fail ? "error" : options.offsetReset.rawValue
            if case .pattern = topics {
                let others = configuration["topic.blacklist"].map { $0 + "," } ?? ""
                configuration["topic.blacklist"] = others + "^\(CheckpointTopicName.prefix).*"
            }
            if case .group(let instance) = options.membership {
                configuration = configuration.withDefaults([
                    "session.timeout.ms": "10000", "heartbeat.interval.ms": "1000",
                ])
                if let instance { configuration["group.instance.id"] = instance }
            }
            let consumer = try KafkaConsumer(configuration, group: group, logger: run.logger) { [weak self] in
                self?.note($0)
            }
            state.withLock { $0.consumer = consumer }
            if isShared { try consumer.subscribe(topics.subscription) }
        }
    }

    func partitions() async throws -> [PartitionID] {
        let found: [TopicPartition]
        if isShared {
            try await waitForGroup()
            found = try await blocking { [self] in
                do {
                    if let demanded = state.withLock({ $0.share.begin() }) { try consumer().release(demanded) }
                } catch let error as KafkaError { throw sourceError(error) }
                return state.withLock { $0.share.partitions }
            }
            run?.logger.notice("\(summary): \(found.count) partitions of group \(group)")
        } else {
            found = try await blocking { [self] in try listPartitions(wait: true) }
        }
        return found.map { PartitionID($0.description) }
    }

    /// Every partition of the topics; throws what a user can do something about.
    func listPartitions(wait: Bool) throws -> [TopicPartition] {
        let consumer = try consumer()
        do {
            switch topics {
            case .names(let names):
                return try names.flatMap { name in
                    let count = try patiently(wait: wait) {
                        try consumer.topics(named: name, timeout: $0)[name] ?? 0
                    }
                    return (0..<Int32(count)).map { TopicPartition(name, $0) }
                }.sorted()
            case .pattern(let pattern):
                let regex = try Regex(pattern)
                return try consumer.topics(timeout: options.timeout).filter {
                    !$0.key.hasPrefix(CheckpointTopicName.prefix) && (try? regex.wholeMatch(in: $0.key)) != nil
                }
                .flatMap { topic in (0..<Int32(topic.value)).map { TopicPartition(topic.key, $0) } }.sorted()
            }
        } catch let error as KafkaError { throw sourceError(error) }
    }

    /// Partitions with records behind these positions.
    func unread(_ starts: [PartitionStart<KafkaOffset>]) async throws -> [PartitionID] {
        try await blocking { [self] in
            let consumer = try consumer()
            do {
                return try starts.filter { start in
                    guard let partition = TopicPartition(start.partition.name), let position = start.position else {
                        return false
                    }
                    return try patiently { try consumer.watermarks(of: partition, timeout: $0).high } > position.value
                }.map(\.partition)
            } catch let error as KafkaError { throw sourceError(error) }
        }
    }

    /// How long a topic that is not known is waited for: one that has just been made is not known to every broker at once.
    private static let topicPatience = Duration.seconds(3)

    func patiently<R>(wait: Bool = true, _ ask: (Duration) throws -> R) throws -> R {
        guard wait else { return try ask(options.timeout) }
        let unknown = ContinuousClock.now.advanced(by: min(Self.topicPatience, options.timeout))
        let deadline = ContinuousClock.now.advanced(by: options.timeout)
        do { return try Patience.unmoved.retrying(until: unknown, acceptsUnknownTopics: true, ask) } catch let error
            as KafkaError
            where error.isTransient
        { return try Patience.unmoved.retrying(until: deadline, ask) }
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

    func assign(_ starts: [PartitionStart<KafkaOffset>]) async throws {
        try await blocking { [self] in
            do { try assignNow(starts) } catch let error as KafkaError { throw sourceError(error) }
        }
        if !isShared { discover() }
    }

    private func assignNow(_ starts: [PartitionStart<KafkaOffset>]) throws {
        let consumer = try consumer()
        let partitions = starts.compactMap { TopicPartition($0.partition.name) }
        var offsets = try startOffsets(starts, consumer)
        let lastRecords = try lastRecords(starts, offsets, consumer)
        var opened: [PartitionID: OpenedPartition] = [:]
        for offset in offsets {
            let end =
                options.stopsAtLatest
                ? try consumer.watermarks(of: offset.partition, timeout: options.timeout).high : nil
            opened[PartitionID(offset.partition.description)] = OpenedPartition(
                queue: try consumer.queue(of: offset.partition), start: offset.offset, end: end,
                last: lastRecords[offset.partition])
        }
        for index in offsets.indices {
            if let last = lastRecords[offsets[index].partition] { offsets[index].offset = last.offset }
        }
        if isShared {
            let (known, accepted) = state.withLock { ($0.share.owned, $0.share.takeAccepted()) }
            // Before the group is answered: it cannot move on meanwhile without this member losing its name.
            let membership = consumer.groupMetadata
            state.withLock { $0.membership = membership }
            if let accepted { try consumer.take(offsets.filter { accepted.contains($0.partition) }) }
            try consumer.seek(offsets.filter { known.contains($0.partition) }, timeout: options.timeout)
        } else {
            try consumer.assign(offsets)
        }
        state.withLock { [opened] state in
            state.opened = opened
            if state.initial == nil { state.initial = Set(partitions) }
        }
    }

    func open(_ partition: PartitionID) throws -> OpenedPartition {
        guard let opened = state.withLock({ $0.opened.removeValue(forKey: partition) }) else {
            throw SourceError("\(summary): partition \(partition) was not assigned", advice: "Start the pipeline again")
        }
        return opened
    }

    // MARK: While tasks read

    func throwFailure() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    func knownEnd(of partition: TopicPartition) -> Int64? {
        state.withLock { $0.consumer }?.knownEnd(of: partition)
    }

    func describe(_ error: KafkaError, _ partition: TopicPartition, _ position: KafkaOffset) -> any Error {
        if error.name == "_AUTO_OFFSET_RESET" || error.name == "OFFSET_OUT_OF_RANGE" {
            return SourceError(
                "\(partition) does not have \(position): its records were removed, or the partition was made anew",
                advice: "Choose offsetReset: .earliest or .latest, or start over with --fresh")
        }
        return error
    }

    /// The offsets go into the transactions of this cluster's sinks.
    var commitsWithOutput: Bool { run?.commitsPositionsWithOutput == true && isOutputTransactional() }

    var commitMode: CommitMode {
        guard let run else { return .never }
        if run.delivery == .atMostOnce { return .before }
        if commitsWithOutput { return .never }
        switch options.commits {
        case .onCheckpoint: return .never
        case .perRecord: return .afterRecord
        case .perBatch: return .afterBatch
        case .periodic(let interval): return .every(interval)
        }
    }

    func committedUpTo(_ partition: TopicPartition) -> Int64 { state.withLock { $0.committed[partition] ?? -1 } }

    func commit(_ partition: TopicPartition, _ offset: Int64) throws {
        try consumer().commit([CommittedOffset(partition, offset)])
        state.withLock { state in
            state.committed[partition] = offset
            state.ownCommits[partition] = offset
        }
    }

    func commitLater(_ partition: TopicPartition, _ offset: Int64) throws {
        try consumer().commitLater([CommittedOffset(partition, offset)])
        state.withLock { $0.ownCommits[partition] = offset }
    }

    func disconnect() {
        let (consumer, timer, run) = state.withLock { state in
            defer {
                state.consumer = nil
                state.discovery = nil
                state.opened = [:]
                state.share = GroupShare()
                state.initial = nil
                state.failure = nil
                state.firstStarts = [:]
                state.ownCommits = [:]
            }
            return (state.consumer, state.discovery, state.run)
        }
        timer?.timer.cancel()
        consumer?.close()
        if let run { sessions.remove(run.operatorID) }
    }
}
