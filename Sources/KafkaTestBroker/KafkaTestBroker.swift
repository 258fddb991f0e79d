import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A single-node Kafka broker for tests and demonstrations, with transactions, consumer groups and fault injection.
///
/// ```swift
/// let broker = try await KafkaTestBroker.start()
/// try await broker.createTopic("orders", partitions: 3)
/// let kafka = Kafka(brokers: broker.address)
/// ...
/// broker.faults.add(.loseResponse, to: .endTxn)
/// try await broker.stop()
/// ```
///
/// It supports the requests that librdkafka 2.x uses. Logs are kept in memory; with a data folder
/// (``BrokerConfiguration/dataDirectory``) they are also written to files, so that acknowledged records survive the
/// death of the process. Records are stored as the producer encoded them. The broker behaves correctly towards clients,
/// but is not meant for production data.
public final class KafkaTestBroker: Sendable {
    /// The settings of a broker.
    public typealias Configuration = BrokerConfiguration

    private struct Running {
        var group: MultiThreadedEventLoopGroup
        var channel: any Channel
        var state: BrokerState
    }

    /// The faults that are injected.
    public let faults = FaultScript()
    private let configuration: Configuration
    private let running = Mutex<Running?>(nil)
    /// The state of a crashed broker without a data folder, for `restart`.
    private let kept = Mutex<BrokerState?>(nil)
    private let boundPort = Mutex(0)
    private let turn = Mutex<Task<Void, any Error>?>(nil)

    private init(_ configuration: Configuration) { self.configuration = configuration }

    /// Starts a broker in this process.
    ///
    /// - Parameter configuration: the settings of the broker. Default: any free port of this machine, logs in memory.
    /// - Returns: the broker, which listens already.
    /// - Throws: an error if the port is in use, or ``BrokerError`` if the data folder cannot be written.
    public static func start(_ configuration: Configuration = Configuration()) async throws -> KafkaTestBroker {
        let broker = KafkaTestBroker(configuration)
        try await broker.open(port: configuration.port)
        return broker
    }

    /// The port that the broker listens on.
    public var port: Int { boundPort.withLock { $0 } }

    /// The address as `host:port`, for `bootstrap.servers`.
    public var address: String { "\(configuration.host):\(port)" }

    private func open(port: Int) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            let state = try BrokerState(configuration, loop: loop, faults: faults) { [weak self] dead in
                guard let self else { return }
                Task { try await self.inTurn { try await self.close(only: dead) } }
            }
            if let old = kept.withLock({ $0 }) { try await loop.submit { state.takeOver(old) }.get() }
            let bootstrap = ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 65536, maximum: 1 << 20)
                )
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(state))
                    }
                }
            let channel = try await bootstrap.bind(host: configuration.host, port: port).get()
            let bound = channel.localAddress?.port ?? port
            boundPort.withLock { $0 = bound }
            try await loop.submit { state.port = bound }.get()
            running.withLock { $0 = Running(group: group, channel: channel, state: state) }
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// Stops the broker: closes its connections and releases its port.
    public func stop() async throws { try await crash() }

    /// Simulates a crash: closes all connections and the port at once. ``restart()`` restores everything that was
    /// acknowledged.
    public func crash() async throws { try await inTurn { [self] in try await close(only: nil) } }

    /// Restarts the broker on the same port, with everything that it had acknowledged. Stops it before if it is
    /// running.
    public func restart() async throws {
        try await inTurn { [self] in
            try await close(only: nil)
            try await open(port: port)
        }
    }

    /// Runs starts and stops one after the other.
    private func inTurn(_ step: @escaping @Sendable () async throws -> Void) async throws {
        let task = turn.withLock { turn in
            let before = turn
            let task = Task {
                _ = await before?.result
                try await step()
            }
            turn = task
            return task
        }
        try await task.value
    }

    /// - Parameter only: the state to close; nothing happens if another one is running.
    private func close(only dead: BrokerState?) async throws {
        let found = running.withLock { running -> Running? in
            if let dead, running?.state !== dead { return nil }
            defer { running = nil }
            return running
        }
        guard let old = found else { return }
        try? await old.channel.close()
        try await old.state.loop.submit {
            for connection in old.state.connections.values { connection.close() }
            old.state.journal?.close()
        }.get()
        if configuration.dataDirectory == nil { kept.withLock { $0 = old.state } }
        try await old.group.shutdownGracefully()
    }

    private func ask<R: Sendable>(_ question: @escaping @Sendable (BrokerState) throws -> R) async throws -> R {
        guard let state = running.withLock({ $0?.state }) else { throw BrokerError("the broker is not running") }
        return try await state.loop.submit { try question(state) }.get()
    }

    /// Creates a topic.
    ///
    /// - Parameters:
    ///   - name: the name of the topic.
    ///   - partitions: the number of partitions, 1 to 10,000.
    ///   - settings: settings of the topic by their names, such as `retention.ms`.
    /// - Throws: ``BrokerError`` if the name or the number is not valid, or if the topic exists already.
    public func createTopic(_ name: String, partitions: Int, settings: [String: String] = [:]) async throws {
        let error = try await ask { $0.createTopic(name, partitions: partitions, settings: settings) }
        guard error == .none else { throw BrokerError("topic \(name) cannot be made: \(error)") }
    }

    /// Deletes a topic with its records and the offsets that groups have committed for it.
    ///
    /// - Throws: ``BrokerError`` if the topic does not exist.
    public func deleteTopic(_ name: String) async throws {
        let error = try await ask { $0.deleteTopic(name) }
        guard error == .none else { throw BrokerError("topic \(name) cannot be removed: \(error)") }
    }

    /// Adds partitions to a topic.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic.
    ///   - total: the number of partitions that the topic has afterwards.
    /// - Throws: ``BrokerError`` if the topic does not exist, or if `total` is not larger than its number of
    ///   partitions.
    public func addPartitions(_ topic: String, total: Int) async throws {
        let error = try await ask { $0.addPartitions(topic, total: total) }
        guard error == .none else { throw BrokerError("topic \(topic) cannot be given partitions: \(error)") }
    }

    /// Deletes the records of a partition before an offset.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic.
    ///   - partition: the number of the partition.
    ///   - offset: the first offset that is kept; -1 to delete all records.
    /// - Throws: ``BrokerError`` if the partition does not exist, or if the offset is not between its first and its end
    ///   offset.
    public func deleteRecords(_ topic: String, _ partition: Int32, before offset: Int64) async throws {
        let error = try await ask {
            $0.deleteRecords(TopicPartitionKey(topic: topic, partition: partition), before: offset)
        }
        guard error == .none else { throw BrokerError("records of \(topic)/\(partition) cannot be removed: \(error)") }
    }

    /// Runs the retention check that brokers run every few minutes: deletes records whose timestamps are older than
    /// their topic's `retention.ms` (default: 7 days).
    public func enforceRetention() async throws {
        try await ask { $0.enforceRetention(now: Int64(Date().timeIntervalSince1970 * 1000)) }
    }

    /// Deletes all committed offsets of a group, as brokers do when it has had no members for
    /// `offsets.retention.minutes`.
    public func expireOffsets(of group: String) async throws {
        try await ask { $0.groups[group]?.offsets = [:] }
    }

    /// Returns the number of partitions of each topic, by the topic's name.
    public func topics() async throws -> [String: Int] { try await ask { $0.topics.mapValues(\.partitions.count) } }

    /// Returns the offsets of a partition.
    ///
    /// - Returns: the offset of the first record (`first`), the end for `read_committed` readers (`stable`) and the
    ///   offset of the next record to be written (`end`).
    /// - Throws: ``BrokerError`` if the partition does not exist.
    public func offsets(_ topic: String, _ partition: Int32) async throws -> (first: Int64, stable: Int64, end: Int64) {
        try await ask { state in
            guard let log = state.log(TopicPartitionKey(topic: topic, partition: partition)) else {
                throw BrokerError("there is no \(topic)/\(partition)")
            }
            return (log.startOffset, log.lastStableOffset, log.endOffset)
        }
    }

    /// Returns the committed offsets of a group with their metadata, by topic and partition.
    public func committedOffsets(of group: String) async throws -> [String: [Int32: (offset: Int64, metadata: String)]]
    {
        try await ask { state in
            var found: [String: [Int32: (offset: Int64, metadata: String)]] = [:]
            for (key, value) in state.groups[group]?.offsets ?? [:] {
                found[key.topic, default: [:]][key.partition] = (value.offset, value.metadata)
            }
            return found
        }
    }

    /// Returns the client ids of a group's members, sorted.
    public func members(of group: String) async throws -> [String] {
        try await ask { $0.groups[group]?.members.values.map(\.clientID).sorted() ?? [] }
    }
}

extension BrokerState {
    /// Restores what a crashed broker without a data folder had acknowledged.
    func takeOver(_ old: BrokerState) {
        topics = old.topics
        groups = old.groups.mapValues { group in
            var kept = Group(id: group.id)
            kept.generation = group.generation
            kept.offsets = group.offsets
            kept.pending = group.pending
            return kept
        }
        transactions = old.transactions
        transactionOfProducer = old.transactionOfProducer
        producerIDs = old.producerIDs
        for transaction in transactions.values where transaction.state == .ongoing { watch(transaction) }
        for transaction in transactions.values { complete(transaction.id) }
    }
}
