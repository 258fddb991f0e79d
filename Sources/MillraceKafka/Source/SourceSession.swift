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
    }

    /// When a reader commits by itself.
    enum CommitMode: Sendable {
        case never
        case before
        case afterRecord
        case afterBatch
        case every(Duration)
    }

    private struct State {
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

    private let kafka: Kafka
    private let topics: TopicSelection
    private let givenGroup: String?
    let options: KafkaSourceOptions
    private let state = Mutex(State())

    init(_ kafka: Kafka, _ topics: TopicSelection, group: String?, _ options: KafkaSourceOptions) {
        // The cluster finds its sessions; they keep it alive.
        self.kafka = kafka
        self.topics = topics
        givenGroup = group
        self.options = options
    }

    var summary: String { "Kafka, \(topics.text)" }
    var isShared: Bool { options.membership != .alone }

    private var run: SourceRun? { state.withLock { $0.run } }
    /// Offsets are committed for this group.
    var group: String { givenGroup ?? run?.pipeline ?? "millrace" }

    private func consumer() throws -> KafkaConsumer {
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
        kafka.sessions.withLock { $0[run.operatorID] = self }
        if run.commitsPositionsWithOutput, !run.storesPositions, !commitsWithOutput {
            throw ConfigurationError(
                "\(summary) and the output are of different clusters, whose offsets and records cannot be committed as one without a state folder",
                advice: "Give checkpoints a directory, use one Kafka object for both, or choose delivery at-least-once")
        }
        guard isNew else { return }
        try await blocking { [self] in
            var configuration = kafka.configuration
            configuration["auto.offset.reset"] =
                options.whenOutOfRange == .fail ? "error" : options.whenOutOfRange.rawValue
            if case .pattern = topics {
                let others = configuration["topic.blacklist"].map { $0 + "," } ?? ""
                configuration["topic.blacklist"] = others + "^\(CheckpointTopic.prefix).*"
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
    private func listPartitions(wait: Bool) throws -> [TopicPartition] {
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
                    !$0.key.hasPrefix(CheckpointTopic.prefix) && (try? regex.wholeMatch(in: $0.key)) != nil
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

    private func patiently<R>(wait: Bool = true, _ ask: (Duration) throws -> R) throws -> R {
        guard wait else { return try ask(options.timeout) }
        let unknown = ContinuousClock.now.advanced(by: min(Self.topicPatience, options.timeout))
        let deadline = ContinuousClock.now.advanced(by: options.timeout)
        do { return try Patience.unmoved.retrying(until: unknown, acceptsUnknownTopics: true, ask) } catch let error
            as KafkaError
            where error.isTransient
        { return try Patience.unmoved.retrying(until: deadline, ask) }
    }

    private func sourceError(_ error: KafkaError) -> SourceError {
        SourceError("\(summary): \(error)", advice: advice(error), isTransient: error.isTransient)
    }

    private func advice(_ error: KafkaError) -> String {
        if error.isUnauthorised { return "Give this client the right, or other credentials" }
        if error.isTransient {
            return "See that a broker listens at \(kafka.configuration.brokers), and that this machine reaches it"
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
        let offsets = try startOffsets(starts, consumer)
        var opened: [PartitionID: OpenedPartition] = [:]
        for offset in offsets {
            let end =
                options.endsAtLatest
                ? try consumer.watermarks(of: offset.partition, timeout: options.timeout).high : nil
            opened[PartitionID(offset.partition.description)] = OpenedPartition(
                queue: try consumer.queue(of: offset.partition), start: offset.offset, end: end)
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

    /// Where each partition begins: the checkpoint's offset, or as the options say.
    private func startOffsets(
        _ starts: [PartitionStart<KafkaOffset>], _ consumer: KafkaConsumer
    ) throws -> [CommittedOffset] {
        let (run, initial) = state.withLock { ($0.run, $0.initial) }
        // At-most-once: what was committed is never read again, whatever the checkpoint says.
        let usesCheckpoint = run?.delivery != .atMostOnce
        var found: [CommittedOffset] = []
        var open: [TopicPartition] = []
        for start in starts {
            guard let partition = TopicPartition(start.partition.name) else { continue }
            if usesCheckpoint, let position = start.position {
                found.append(CommittedOffset(partition, position.value))
            } else {
                open.append(partition)
            }
        }
        // A partition that came up while the pipeline ran, or since its checkpoint, is read from its beginning.
        let isLater = (initial != nil || run?.isResumed == true) && !isShared && run?.delivery != .atMostOnce
        let isNew = { (partition: TopicPartition) in isLater && !(initial?.contains(partition) ?? false) }
        found += try resolve(.committed(orElse: .earliest), open.filter(isNew), consumer)
        found += try begin(open.filter { !isNew($0) }, consumer, run)
        return found
    }

    /// Where partitions begin that have no checkpoint. An attempt that failed before it had stored or committed anything is
    /// made again from the same places: neither offsets of an earlier run nor records that came since change them.
    private func begin(
        _ partitions: [TopicPartition], _ consumer: KafkaConsumer, _ run: SourceRun?
    ) throws -> [CommittedOffset] {
        let (first, own) = state.withLock { ($0.firstStarts, $0.ownCommits) }
        // Where the committed offsets are what a run has of its past, they go before what the options say.
        let isCommittedTheTruth =
            isShared || run?.delivery == .atMostOnce || (run?.storesPositions == false && commitsWithOutput)
        let committed = partitions.filter {
            isCommittedTheTruth || (own[$0] != nil && run?.storesPositions == false)
        }
        var found: [CommittedOffset] = []
        if !committed.isEmpty { found = try patiently { try consumer.committed(committed, timeout: $0) } }
        // One beyond what this run has committed is an earlier run's.
        if !isCommittedTheTruth { found.removeAll { $0.offset > own[$0.partition] ?? -1 } }
        let rest = Set(partitions).subtracting(found.map(\.partition)).sorted()
        let known = rest.compactMap { partition in
            // Another member of a group may have had it since.
            isShared ? nil : first[partition].map { CommittedOffset(partition, $0) }
        }
        let begun = try resolve(options.start, rest.filter { isShared || first[$0] == nil }, consumer)
        state.withLock { state in for start in begun { state.firstStarts[start.partition] = start.offset } }
        return found + known + begun
    }

    private func resolve(
        _ start: KafkaStart, _ partitions: [TopicPartition], _ consumer: KafkaConsumer
    ) throws -> [CommittedOffset] {
        if partitions.isEmpty { return [] }
        switch start {
        case .earliest:
            return try partitions.map {
                CommittedOffset($0, try consumer.watermarks(of: $0, timeout: options.timeout).low)
            }
        case .latest:
            return try partitions.map {
                CommittedOffset($0, try consumer.watermarks(of: $0, timeout: options.timeout).high)
            }
        case .timestamp(let time):
            return try consumer.offsets(at: time.milliseconds, partitions, timeout: options.timeout)
        case .committed(let orElse):
            let known = try patiently { try consumer.committed(partitions, timeout: $0) }
            let missing = Set(partitions).subtracting(known.map(\.partition))
            return try known + resolve(orElse, missing.sorted(), consumer)
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
                advice: "Choose whenOutOfRange: .earliest or .latest, or start over with --fresh")
        }
        return error
    }

    /// The offsets go into the transactions of this cluster's sinks.
    private var commitsWithOutput: Bool { run?.commitsPositionsWithOutput == true && kafka.output.isTransactional }

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

    // MARK: After a checkpoint

    func committed(_ positions: [PartitionStart<KafkaOffset>], isLast: Bool) throws {
        guard let run, !commitsWithOutput, run.delivery != .atMostOnce else { return }
        guard options.commits == .onCheckpoint || isLast else { return }
        let offsets = positions.compactMap { start -> CommittedOffset? in
            guard let partition = TopicPartition(start.partition.name), let position = start.position else {
                return nil
            }
            return CommittedOffset(partition, position.value)
        }
        let news = state.withLock { state in offsets.filter { state.committed[$0.partition] != $0.offset } }
        do {
            let consumer = try consumer()
            try Self.throughRebalances { try consumer.commit(news) }
            state.withLock { state in
                for offset in news {
                    state.committed[offset.partition] = offset.offset
                    state.ownCommits[offset.partition] = offset.offset
                }
            }
        } catch let error as KafkaError where run.storesPositions || error.isRebalance {
            // The checkpoint has them, and the group's offsets are for onlookers; or somebody else has the partitions, and
            // repeats what was not committed.
            run.logger.warning("\(summary): \(error)")
        }
    }

    /// A member that has just joined again does not know its new generation for a moment.
    private static func throughRebalances(_ call: () throws -> Void) throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(3))
        while true {
            do { return try call() } catch let error as KafkaError {
                guard error.isRebalance, ContinuousClock.now < deadline else { throw error }
                usleep(50_000)
            }
        }
    }

    /// What a transaction commits of a checkpoint's positions, and for whom.
    func transactionOffsets(_ positions: [CommittedPosition]) throws -> (
        offsets: [CommittedOffset], group: GroupMetadata
    ) {
        let offsets = try positions.compactMap { entry -> CommittedOffset? in
            guard let partition = TopicPartition(entry.partition.name) else { return nil }
            let offset = try entry.position.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return try KafkaOffset.decode(from: &reader)
            }
            return CommittedOffset(partition, offset.value)
        }
        guard isShared else { return (offsets, try GroupMetadata(group: group)) }
        // Never the membership of the moment: a member that was taken for dead joins again by itself, and others have worked
        // on its partitions meanwhile. The broker refuses an older generation.
        let (membership, failure) = state.withLock { ($0.membership, $0.failure) }
        if let failure { throw failure }
        guard let membership, membership.isFencing else { throw NoLongerMember(group: group) }
        return (offsets, membership)
    }

    // MARK: Events

    private func note(_ event: KafkaConsumer.Event) {
        switch event {
        case .error(let error): note(error)
        case .assigned(let partitions):
            let (waiters, run) = state.withLock { state in
                state.share.note(.offer(partitions))
                defer { state.waiters = [] }
                return (state.waiters, state.run)
            }
            for waiter in waiters { waiter.resume() }
            run?.partitionsChanged()
        case .revoked(let partitions):
            let run = state.withLock { state in
                state.share.note(.demand(partitions))
                return state.run
            }
            run?.partitionsChanged()
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds(options.revocation))) {
                [weak self] in self?.giveUp(partitions)
            }
        }
    }

    private func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }

    /// The tasks did not finish in time: the group has waited long enough.
    private func giveUp(_ partitions: [TopicPartition]) {
        let (late, run) = state.withLock { state -> ([TopicPartition], SourceRun?) in
            guard state.share.isDemanding(partitions) else { return ([], nil) }
            let late = partitions
            state.failure = SourceError(
                "\(summary): the group took \(late.count) partitions back, and they were not finished within \(options.revocation)",
                advice: "Look for an operator or sink that blocks, or allow more time (revocation)")
            state.membership = nil
            return (state.share.begin() ?? [], state.run)
        }
        guard !late.isEmpty else { return }
        run?.logger.error("\(summary): letting go of \(late.count) partitions before their work is done")
        // Within the lock, so that it is not closed meanwhile.
        do { try state.withLock { try $0.consumer?.release(late) } } catch {
            run?.logger.error("\(summary): \(error)")
        }
    }

    private func note(_ error: KafkaError) {
        let run = state.withLock { $0.run }
        guard error.isFatal || error.isFenced || error.isUnauthorised else {
            run?.logger.info("\(summary): \(error)")
            return
        }
        run?.logger.error("\(summary): \(error)")
        let isPermanent = error.isFenced || error.isUnauthorised
        let failure: any Error = isPermanent ? PermanentKafkaFailure(error: error) : error
        let waiters = state.withLock { state in
            state.failure = failure
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(throwing: failure) }
        run?.partitionsChanged()
    }

    private func waitForGroup() async throws {
        try throwFailure()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isThere = state.withLock { state in
                    if state.share.hasAnswer || Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume(throwing: CancellationError()) }
        }
        try Task.checkCancellation()
    }

    /// Asks now and then whether there are other partitions.
    private func discover() {
        guard !options.endsAtLatest, state.withLock({ $0.discovery == nil }) else { return }
        let timer = DispatchSource.makeTimerSource(queue: .global())
        let interval = DispatchTimeInterval.milliseconds(milliseconds(options.discovery))
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [weak self] in
            guard let self, let found = try? listPartitions(wait: false) else { return }
            let (known, run) = state.withLock { ($0.initial ?? [], $0.run) }
            if Set(found).isSubset(of: known) { return }
            let news = Set(found).subtracting(known)
            let isNews = state.withLock { state in
                defer { state.announced.formUnion(news) }
                return !news.isSubset(of: state.announced)
            }
            if isNews {
                run?.logger.notice("\(summary): \(news.count) new partitions")
                run?.partitionsChanged()
            }
        }
        timer.resume()
        let ticker = Discovery(timer)
        state.withLock { $0.discovery = ticker }
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
        if let run { kafka.sessions.withLock { _ = $0.removeValue(forKey: run.operatorID) } }
    }
}

/// A timer that may be cancelled from any thread.
///
/// `@unchecked Sendable`: dispatch sources are thread-safe.
private final class Discovery: @unchecked Sendable {
    let timer: any DispatchSourceTimer

    init(_ timer: any DispatchSourceTimer) { self.timer = timer }
}

/// The group has given partitions to somebody else while their offsets were to be committed.
struct GroupMoved: RepeatedAttempt, CustomStringConvertible {
    let error: KafkaError
    var description: String { "the group has moved partitions: \(error)" }
}

/// The member has no generation of its group by which a broker could tell whether its partitions are others' by now.
struct NoLongerMember: RepeatedAttempt, CustomStringConvertible {
    let group: String
    var description: String { "this process is no member of group \(group) at the moment" }
}

extension KafkaError: TransientFailure {}

/// An error of Kafka's that no restart mends.
struct PermanentKafkaFailure: PermanentFailure, CustomStringConvertible {
    let error: KafkaError
    var description: String {
        if error.isFenced { return "another instance has taken over: \(error)" }
        return error.description
    }
}
