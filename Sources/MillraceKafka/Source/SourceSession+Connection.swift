internal import Logging
import Millrace
import RDKafka

/// The client, which is created by a run's first attempt and kept until its end.
extension SourceSession {
    func connect(_ run: SourceRun) async throws {
        let (isNew, broken) = try state.withLock { state -> (Bool, KafkaConsumer?) in
            // Connecting again would fence the instance that has taken over.
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
        // A client with a fatal error cannot be used by another attempt.
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

    /// How long to wait for an unknown topic: the brokers do not learn about a new topic at the same time.
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
}
