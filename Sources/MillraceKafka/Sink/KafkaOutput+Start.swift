import Foundation
internal import Logging
import Millrace
import RDKafka

/// The start of an attempt: creates the producers and determines which checkpoint was committed last.
extension KafkaOutput {
    func start(_ run: OutputRun) throws -> CommitMarker? {
        close()
        if !run.isRestart { lookAtTopics(run.logger) }
        do {
            let marker: CommitMarker?
            if run.delivery == .exactlyOnce {
                marker = try startTransactions(run)
            } else {
                let (logger, summary) = (run.logger, summary)
                let producer = try KafkaProducer(producerConfiguration, logger: logger) {
                    logger.info("\(summary): \($0)")
                }
                state.withLock { state in
                    state.producers = [producer]
                    state.transactions = nil
                }
                marker = nil
            }
            return marker
        } catch let error as KafkaError {
            let mayPass = error.isTransient || (error.isTransactionLost && !error.isUnauthorised)
            throw SinkError("\(summary): \(error)", advice: advice(error), isTransient: mayPass)
        }
    }

    private func advice(_ error: KafkaError) -> String {
        if error.isUnauthorised { return "Give this client the right, or other credentials" }
        if error.isTransient {
            return "See that a broker listens at \(configuration.brokers), and that this machine reaches it"
        }
        if error.isFenced { return "See whether another instance uses the same transactional id" }
        return "Correct the configuration"
    }

    private func startTransactions(_ run: OutputRun) throws -> CommitMarker? {
        let (id, isShared) = transactionalID(run)
        let notes = isShared ? CheckpointTopic(transactionalID: id, configuration, logger: run.logger) : nil
        let hasClaimed = state.withLock { state in
            if !run.isRestart { state.hasClaimed = false }
            return state.hasClaimed
        }
        try notes?.create()
        // Before the producers are created, which would fence the other instance.
        if hasClaimed, let notes { try checkOwner(try notes.last(timeout: TransactionSetup.limit), id) }
        let (setup, producers) = try makeProducers(run, id, notes)
        state.withLock { state in
            state.producers = producers
            state.begun = producers.map { _ in nil }
            state.transactions = setup
        }
        guard let notes else { return nil }
        let note = try notes.last(timeout: TransactionSetup.limit)
        if hasClaimed, note != nil {
            try checkOwner(note, id)
            return note?.marker
        }
        // A version without the checkpoint topic may have run in the meantime, and have stored its marker in a group.
        let found = [note?.marker, try groupMarker(id, run)].compactMap(\.self)
        let marker = found.filter { $0.folder == run.folder }.max { $0.checkpoint < $1.checkpoint } ?? found.first
        try setup.claim(for: instance, after: marker, with: producers[0])
        if producers[0].hasLostAnswers { try renew(0) }
        state.withLock { $0.hasClaimed = true }
        return marker
    }

    /// Returns the transactional id, and whether a later process may use the same one.
    private func transactionalID(_ run: OutputRun) -> (id: String, isShared: Bool) {
        if let givenID { return (givenID, true) }
        if !run.folder.isEmpty { return (run.pipeline, true) }
        // A group member without a state folder keeps its id across restarts if it has an instance name.
        let names = state.withLock(\.memberships).compactMap { membership in
            if case .group(let instance?) = membership { instance } else { nil }
        }
        if let name = names.first { return ("\(run.pipeline)-\(name)", true) }
        return ("\(run.pipeline)-\(instance)", false)
    }

    private func checkOwner(_ note: CheckpointNote?, _ id: String) throws {
        if let note, note.owner != instance { throw TakenOver(transactionalID: id) }
    }

    private func makeProducers(
        _ run: OutputRun, _ id: String, _ notes: CheckpointTopic?
    ) throws -> (TransactionSetup, [KafkaProducer]) {
        let isInGroup = state.withLock(\.memberships).contains { $0 != .standalone }
        var timing = try TransactionTiming(configuration, interval: run.interval, isInGroup: isInGroup)
        while true {
            let setup = TransactionSetup(
                configuration: producerConfiguration, id: id, timeout: timing.timeout, folder: run.folder, notes: notes,
                patience: Patience(isStopping: run.isStopping), logger: run.logger)
            do {
                let producers = try (0..<TransactionSetup.turns).map(setup.producer)
                timing.warn(run.logger)
                return (setup, producers)
            } catch let error as KafkaError where error.isTransactionTimeoutRefused {
                try timing.bound(by: transactionLimit(run.logger))
                run.logger.notice("\(summary) lets a transaction stay open for no more than \(timing.timeout)")
            }
        }
    }

    /// The broker's `transaction.max.timeout.ms`, if it may be read.
    private func transactionLimit(_ logger: Logger) -> Duration? {
        let settings = try? KafkaAdmin(configuration, logger: logger).brokerSettings()
        return settings?["transaction.max.timeout.ms"].flatMap { Int($0) }.map { .milliseconds($0) }
    }

    private func groupMarker(_ id: String, _ run: OutputRun) throws -> CommitMarker? {
        let topics = state.withLock(\.topics).keys.sorted()
        if topics.isEmpty || run.folder.isEmpty { return nil }
        let consumer = try KafkaConsumer(configuration, group: "\(id)-checkpoints", logger: run.logger)
        defer { consumer.close() }
        return try GroupMarker.read(id, topics: topics, consumer, timeout: TransactionSetup.limit)
    }

    /// Reads the largest record size and the retention of the sinks' topics. Logs a warning where event times are lost.
    private func lookAtTopics(_ logger: Logger) {
        let topics = state.withLock(\.topics).sorted { $0.key < $1.key }
        guard !topics.isEmpty, let admin = try? KafkaAdmin(configuration, logger: logger) else { return }
        for (topic, timestamps) in topics {
            let settings: [String: String]
            do { settings = try admin.settings(ofTopic: topic, timeout: .seconds(5)) } catch {
                // An unreachable cluster is reported when the producers are created.
                if let error = error as? KafkaError, error.isTransient { return }
                // The topic is created with its first record, or its settings may not be read.
                continue
            }
            let limit = settings["max.message.bytes"].flatMap { Int($0) }
            let times = TopicTimes(topic, settings)
            if timestamps == .eventTime, let warning = times.warning { logger.warning("\(warning)") }
            state.withLock { state in
                state.limits[topic] = limit
                if timestamps == .eventTime { state.retention[topic] = times.retention }
            }
        }
    }

    /// The configuration, with batches that fit the topic with the smallest limit.
    private var producerConfiguration: KafkaConfiguration {
        guard let least = state.withLock({ $0.limits.values.min() }), least < Self.batchSize else {
            return configuration
        }
        return configuration.withDefaults(["batch.size": "\(max(least, 1))"])
    }

    /// librdkafka's default for `batch.size`, in bytes.
    private static let batchSize = 1_000_000
}
