import Foundation
package import KafkaTestBroker
package import Logging
package import Millrace
package import RDKafka

/// A cluster to test against: the one that `MILLRACE_KAFKA` (host:port) names, or else a broker in this process; with
/// topics of this test's own.
package final class KafkaRig: Sendable {
    package let broker: KafkaTestBroker?
    package let address: String
    package let name = "t" + UUID().uuidString.prefix(8).lowercased()
    package let logger: Logger
    private let admin: KafkaAdmin

    /// A cluster that is there already.
    package init(address: String) async throws {
        var logger = Logger(label: "kafka-test")
        logger.logLevel =
            ProcessInfo.processInfo.environment["MILLRACE_LOG"].flatMap { .init(rawValue: $0) } ?? .critical
        self.logger = logger
        self.address = address
        broker = nil
        admin = try KafkaAdmin(KafkaConfiguration(brokers: address), logger: logger)
    }

    package init(_ configuration: KafkaTestBroker.Configuration = .init()) async throws {
        var logger = Logger(label: "kafka-test")
        logger.logLevel =
            ProcessInfo.processInfo.environment["MILLRACE_LOG"].flatMap { .init(rawValue: $0) } ?? .critical
        self.logger = logger
        if let address = ProcessInfo.processInfo.environment["MILLRACE_KAFKA"] {
            self.address = address
            broker = nil
        } else {
            let broker = try await KafkaTestBroker.start(Self.asAsked(configuration))
            self.broker = broker
            address = broker.address
        }
        admin = try KafkaAdmin(KafkaConfiguration(brokers: address), logger: logger)
    }

    /// With `MILLRACE_KAFKA_STRICT=1` the broker takes its time as a cluster does: for topics to be known, transactions to
    /// complete, members to come.
    package static func asAsked(_ configuration: KafkaTestBroker.Configuration) -> KafkaTestBroker.Configuration {
        guard ProcessInfo.processInfo.environment["MILLRACE_KAFKA_STRICT"] == "1" else { return configuration }
        return strict(configuration)
    }

    package static func strict(
        _ configuration: KafkaTestBroker.Configuration = .init()
    ) -> KafkaTestBroker.Configuration {
        var configuration = configuration
        configuration.topicPropagation = .milliseconds(300)
        configuration.transactionCompletion = .milliseconds(15)
        configuration.groupInitialRebalanceDelay = .seconds(3)
        return configuration
    }

    package var configuration: KafkaConfiguration { KafkaConfiguration(brokers: address) }

    /// The topic's name in the cluster.
    package func topic(_ base: String) -> String { "\(name)-\(base)" }

    @discardableResult
    package func makeTopic(_ base: String, partitions: Int, settings: [String: String] = [:]) throws -> String {
        // Tests stamp records with times of long ago: a cluster would remove them at its next check.
        let settings = ["retention.ms": "-1"].merging(settings) { $1 }
        try admin.createTopic(topic(base), partitions: partitions, settings: settings)
        try awaitTopic(base, partitions: partitions)
        return topic(base)
    }

    package func deleteTopic(_ base: String) throws {
        try admin.deleteTopic(topic(base))
    }

    /// A topic that was just made is not known for a moment.
    private func awaitTopic(_ base: String, partitions: Int) throws {
        let deadline = Date().addingTimeInterval(30)
        while true {
            do { if try admin.topics(named: topic(base))[topic(base)] == partitions { return } } catch let error
                as KafkaError
            {
                guard error.isTransient || error.isUnknownTopic else { throw error }
            }
            guard Date() < deadline else { throw KafkaRigError("topic \(topic(base)) is not known after 30 s") }
            usleep(50_000)
        }
    }

    /// Sends values, each with the key and partition that `place` gives.
    package func send(
        _ values: [String], to base: String, key: (String) -> String? = { $0 }, partition: (Int) -> Int32 = { _ in -1 }
    ) throws {
        let producer = try KafkaProducer(configuration, logger: logger)
        defer { producer.close() }
        for (index, value) in values.enumerated() {
            let keyBytes = key(value).map { Array($0.utf8) }
            try Array(value.utf8).withUnsafeBytes { bytes in
                if let keyBytes {
                    try keyBytes.withUnsafeBytes {
                        try producer.produce(topic(base), partition: partition(index), key: $0, value: bytes)
                    }
                } else {
                    try producer.produce(topic(base), partition: partition(index), key: nil, value: bytes)
                }
            }
        }
        try producer.flush(timeout: .seconds(20))
    }

    /// Everything in a topic that a reader of committed records sees, partition by partition.
    package func values(of base: String, committedOnly: Bool = true) throws -> [String] {
        try records(of: base, committedOnly: committedOnly).map { $0.value ?? "" }
    }

    package struct Seen: Sendable {
        package var partition: Int32
        package var offset: Int64
        package var key: String?
        package var value: String?
        package var headers: [KafkaHeader]
        package var timestamp: Int64?
    }

    package func records(of base: String, committedOnly: Bool = true) throws -> [Seen] {
        var configuration = configuration
        configuration["isolation.level"] = committedOnly ? "read_committed" : "read_uncommitted"
        configuration["auto.offset.reset"] = "earliest"
        let consumer = try KafkaConsumer(configuration, group: "reader-" + UUID().uuidString, logger: logger)
        defer { consumer.close() }
        let count = try consumer.topics(named: topic(base), timeout: .seconds(10))[topic(base)] ?? 0
        var found: [Seen] = []
        for partition in 0..<Int32(count) {
            let place = TopicPartition(topic(base), partition)
            let queue = try consumer.queue(of: place)
            try consumer.assign([CommittedOffset(place, 0)])
            // An open transaction of a member that was killed has to be given up first.
            let deadline = Date().addingTimeInterval(90)
            reading: while true {
                switch queue.head {
                case .nothing:
                    guard Date() < deadline else { throw KafkaRigError("reading \(place) did not come to its end") }
                    usleep(2000)
                case .record(let message):
                    found.append(
                        Seen(
                            partition: partition, offset: message.offset,
                            key: message.key.map { String(decoding: $0, as: UTF8.self) },
                            value: message.value.map { String(decoding: $0, as: UTF8.self) }, headers: message.headers,
                            timestamp: message.timestamp))
                    queue.advance()
                case .end: break reading
                case .failure(let error): throw error
                }
            }
        }
        return found
    }

    /// What `group` has committed of a topic, by partition; open transactions are not waited for: one that was killed stays
    /// open for a minute.
    package func committed(_ base: String, group: String) throws -> [Int32: Int64] {
        var configuration = configuration
        configuration["isolation.level"] = "read_uncommitted"
        let consumer = try KafkaConsumer(configuration, group: group, logger: logger)
        defer { consumer.close() }
        let count = try consumer.topics(named: topic(base), timeout: .seconds(10))[topic(base)] ?? 0
        let offsets = try consumer.committed(
            (0..<Int32(count)).map { TopicPartition(topic(base), $0) }, timeout: .seconds(10))
        return Dictionary(uniqueKeysWithValues: offsets.map { ($0.partition.partition, $0.offset) })
    }

    package func options(
        _ delivery: DeliveryGuarantee, folder: String?, every interval: Duration = .milliseconds(50)
    ) -> RunOptions {
        var options = RunOptions(
            checkpoints: folder.map { CheckpointOptions(directory: $0, every: interval) } ?? .init(every: interval))
        options.delivery = delivery
        options.logger = logger
        options.restart = .never
        return options
    }

    package func stop() async throws { try await broker?.stop() }
}

package struct KafkaRigError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
