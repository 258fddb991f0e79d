import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A Kafka broker of one node for tests and demonstrations, with real transactions and groups, and faults on demand.
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
/// It keeps its logs in memory or, with a data folder, in files too: what it has acknowledged is there again after it was
/// killed. It speaks what librdkafka 2.x uses; records are stored as the producer packed them. It is made to be correct
/// where a client can see it, not to keep anybody's data.
public final class KafkaTestBroker: Sendable {
    /// How a broker is set up.
    public typealias Configuration = BrokerConfiguration

    private struct Running {
        var group: MultiThreadedEventLoopGroup
        var channel: any Channel
        var state: BrokerState
    }

    /// What goes wrong, and when.
    public let faults = FaultScript()
    private let configuration: Configuration
    private let running = Mutex<Running?>(nil)
    /// The state of a broker without files that crashed: what it had acknowledged.
    private let kept = Mutex<BrokerState?>(nil)
    private let boundPort = Mutex(0)
    private let turn = Mutex<Task<Void, any Error>?>(nil)

    private init(_ configuration: Configuration) { self.configuration = configuration }

    /// Starts a broker.
    public static func start(_ configuration: Configuration = Configuration()) async throws -> KafkaTestBroker {
        let broker = KafkaTestBroker(configuration)
        try await broker.open(port: configuration.port)
        return broker
    }

    /// Where it listens.
    public var port: Int { boundPort.withLock { $0 } }

    /// For `bootstrap.servers`.
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

    /// Stops: connections are closed, the port is free.
    public func stop() async throws { try await crash() }

    /// Dies, as if killed: connections and port are gone at once; what was acknowledged stays for `restart`.
    public func crash() async throws { try await inTurn { [self] in try await close(only: nil) } }

    /// Comes back on the same port.
    public func restart() async throws {
        try await inTurn { [self] in
            try await close(only: nil)
            try await open(port: port)
        }
    }

    /// Starts, deaths and returns happen one after the other, whoever asks for them.
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

    /// - Parameter only: nothing happens if another one runs by now.
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

    /// Makes a topic.
    public func createTopic(_ name: String, partitions: Int, settings: [String: String] = [:]) async throws {
        let error = try await ask { $0.createTopic(name, partitions: partitions, settings: settings) }
        guard error == .none else { throw BrokerError("topic \(name) cannot be made: \(error)") }
    }

    /// Removes a topic with its records and its groups' offsets.
    public func deleteTopic(_ name: String) async throws {
        let error = try await ask { $0.deleteTopic(name) }
        guard error == .none else { throw BrokerError("topic \(name) cannot be removed: \(error)") }
    }

    /// Gives a topic more partitions.
    public func addPartitions(_ topic: String, total: Int) async throws {
        let error = try await ask { $0.addPartitions(topic, total: total) }
        guard error == .none else { throw BrokerError("topic \(topic) cannot be given partitions: \(error)") }
    }

    /// Removes the records before `offset`.
    public func deleteRecords(_ topic: String, _ partition: Int32, before offset: Int64) async throws {
        let error = try await ask {
            $0.deleteRecords(TopicPartitionKey(topic: topic, partition: partition), before: offset)
        }
        guard error == .none else { throw BrokerError("records of \(topic)/\(partition) cannot be removed: \(error)") }
    }

    /// Does what brokers do every few minutes: removes records that are older, by their timestamps, than their topics'
    /// `retention.ms` (7 days unless set).
    public func enforceRetention() async throws {
        try await ask { $0.enforceRetention(now: Int64(Date().timeIntervalSince1970 * 1000)) }
    }

    /// Does what brokers do when a group had no members for `offsets.retention.minutes`: forgets its offsets.
    public func expireOffsets(of group: String) async throws {
        try await ask { $0.groups[group]?.offsets = [:] }
    }

    /// Topics and how many partitions each has.
    public func topics() async throws -> [String: Int] { try await ask { $0.topics.mapValues(\.partitions.count) } }

    /// The offsets of a partition: first, behind the last stable, behind the last.
    public func offsets(_ topic: String, _ partition: Int32) async throws -> (first: Int64, stable: Int64, end: Int64) {
        try await ask { state in
            guard let log = state.log(TopicPartitionKey(topic: topic, partition: partition)) else {
                throw BrokerError("there is no \(topic)/\(partition)")
            }
            return (log.startOffset, log.lastStableOffset, log.endOffset)
        }
    }

    /// What a group has committed, by topic and partition.
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

    /// A group's members, by client id.
    public func members(of group: String) async throws -> [String] {
        try await ask { $0.groups[group]?.members.values.map(\.clientID).sorted() ?? [] }
    }
}

extension BrokerState {
    /// Goes on with what another broker, without files, had acknowledged before it crashed.
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
