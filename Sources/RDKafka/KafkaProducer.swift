import CMillraceRDKafka
public import Logging
import Synchronization

/// A producer, which writes records to topics. It is always idempotent, and transactional if it has a transactional id.
/// It may be used from several threads.
///
/// Operations throw ``KafkaError``.
///
/// ```swift
/// let producer = try KafkaProducer(KafkaConfiguration(brokers: "localhost:9092"), logger: Logger(label: "kafka"))
/// try Array("customer-3".utf8).withUnsafeBytes { key in
///     try Array(#"{"id":7,"total":19.9}"#.utf8).withUnsafeBytes { value in
///         try producer.produce("orders", key: key, value: value)
///     }
/// }
/// try producer.flush(timeout: .seconds(10))
/// producer.close()
/// ```
public final class KafkaProducer: Sendable {
    private let client: KafkaClient
    private let transactionalID: String?
    private let lost = LostAnswers()
    private let isClosed = Atomic(false)
    private let state = Mutex(State())

    private struct State {
        var topics: [String: OpaquePointer] = [:]
        var failure: KafkaError?
        var congested: [@Sendable () -> Void] = []
    }

    /// The number of records in flight above which the producer is congested.
    public static let congestionLimit = 50_000

    /// - Parameters:
    ///   - configuration: the brokers and the settings of librdkafka. Default settings: `partitioner` `murmur2_random`,
    ///     as in Java's clients; `linger.ms` 5; `queue.buffering.max.kbytes` 65536; `message.max.bytes` 67108864.
    ///     `enable.idempotence` is always true.
    ///   - transactionalID: the transactional id; `nil` for a producer without transactions.
    ///   - logger: receives librdkafka's log messages.
    ///   - onError: called, on the producer's thread, with errors that do not concern a single record, such as a lost
    ///     connection.
    public init(
        _ configuration: KafkaConfiguration, transactionalID: String? = nil, logger: Logger,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) throws {
        var configuration = configuration.withDefaults([
            // Java's clients choose the same partition for a key.
            "partitioner": "murmur2_random",
            "queue.buffering.max.kbytes": "65536",
            "linger.ms": "5",
            // Leaves the limit to the topic (max.message.bytes).
            "message.max.bytes": "67108864",
        ])
        configuration["enable.idempotence"] = "true"
        configuration["transactional.id"] = transactionalID
        self.transactionalID = transactionalID
        let link = ProducerLink()
        client = try KafkaClient(
            RD_KAFKA_PRODUCER, configuration, logger: logger, lost: transactionalID == nil ? nil : lost
        ) { _, event in
            switch event {
            case .error(let error): onError(error)
            case .deliveries(_, let failure): link.producer.withLock { $0.value }?.noteDeliveries(failure)
            case .rebalance: break
            }
        }
        link.producer.withLock { $0.value = self }
    }

    deinit { close() }

    /// Discards the records in flight and closes the connections. Call ``flush(timeout:)`` before, unless the records
    /// may be lost.
    public func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        client.close(flush: { [handle = client.handle] in
            rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            rd_kafka_flush(handle, 1000)
            state.withLock { state in
                for topic in state.topics.values { rd_kafka_topic_destroy(topic) }
                state.topics = [:]
            }
        })
    }

    private var title: String { transactionalID ?? client.name }

    private func noteDeliveries(_ failure: KafkaError?) {
        let underWay = rd_kafka_outq_len(client.handle)
        let wakes = state.withLock { state -> [@Sendable () -> Void] in
            if let failure, state.failure == nil { state.failure = failure }
            guard underWay < Self.congestionLimit / 2 else { return [] }
            defer { state.congested = [] }
            return state.congested
        }
        for wake in wakes { wake() }
    }

    /// Returns whether more records than ``congestionLimit`` are in flight. If so, `wake` is called once when fewer
    /// than half of the limit are left.
    ///
    /// - Parameter wake: called on the producer's thread.
    public func isCongested(_ wake: @escaping @Sendable () -> Void) -> Bool {
        guard rd_kafka_outq_len(client.handle) > Self.congestionLimit else { return false }
        state.withLock { $0.congested.append(wake) }
        return true
    }

    /// Queues a record for sending. Returns at once, unless librdkafka's queue is full: then it blocks until there is
    /// room.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic.
    ///   - partition: the partition; below 0 if the partitioner chooses it by the key.
    ///   - key: the key's bytes, which are copied; `nil` for a null key.
    ///   - value: the value's bytes, which are copied; `nil` for a null value.
    ///   - headers: the headers, in order.
    ///   - timestamp: in milliseconds since 1970; 0 for the current time.
    /// - Throws: ``KafkaError`` if the record cannot be queued. Later failures are thrown by ``flush(timeout:)``.
    public func produce(
        _ topic: String, partition: Int32 = -1, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [KafkaHeader] = [], timestamp: Int64 = 0
    ) throws {
        let handle = try topicHandle(topic)
        // For librdkafka, a null pointer means null; an empty value needs another pointer.
        let empty = UnsafeMutableRawPointer(bitPattern: 1)
        let keyBase = key.map { UnsafeMutableRawPointer(mutating: $0.baseAddress) ?? empty } ?? nil
        let valueBase = value.map { UnsafeMutableRawPointer(mutating: $0.baseAddress) ?? empty } ?? nil
        let flags = Int32(RD_KAFKA_MSG_F_COPY) | Int32(RD_KAFKA_MSG_F_BLOCK)
        if headers.isEmpty, timestamp == 0 {
            guard
                rd_kafka_produce(
                    handle, partition, flags, valueBase, value?.count ?? 0, keyBase, key?.count ?? 0, nil) == 0
            else { throw failure(rd_kafka_last_error(), topic, value) }
            return
        }
        var parts: [rd_kafka_vu_t] = []
        parts.reserveCapacity(7)
        parts.append(Self.part(RD_KAFKA_VTYPE_RKT) { $0.rkt = handle })
        parts.append(Self.part(RD_KAFKA_VTYPE_PARTITION) { $0.i32 = partition })
        parts.append(Self.part(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = flags })
        parts.append(
            Self.part(RD_KAFKA_VTYPE_VALUE) {
                $0.mem.ptr = valueBase
                $0.mem.size = value?.count ?? 0
            })
        parts.append(
            Self.part(RD_KAFKA_VTYPE_KEY) {
                $0.mem.ptr = keyBase
                $0.mem.size = key?.count ?? 0
            })
        if timestamp != 0 { parts.append(Self.part(RD_KAFKA_VTYPE_TIMESTAMP) { $0.i64 = timestamp }) }
        var list: OpaquePointer?
        if !headers.isEmpty {
            list = rd_kafka_headers_new(headers.count)
            for header in headers {
                let error = (header.value ?? []).withUnsafeBytes { bytes in
                    rd_kafka_header_add(
                        list, header.name, -1,
                        header.value == nil ? nil : (bytes.baseAddress ?? UnsafeRawPointer(empty)),
                        header.value?.count ?? 0)
                }
                if error != RD_KAFKA_RESP_ERR_NO_ERROR {
                    rd_kafka_headers_destroy(list)
                    throw failure(error, topic, value)
                }
            }
            parts.append(Self.part(RD_KAFKA_VTYPE_HEADERS) { $0.headers = list })
        }
        if let error = KafkaError(taking: rd_kafka_produceva(client.handle, parts, parts.count), "send to \(topic)") {
            // The headers are still owned here.
            if let list { rd_kafka_headers_destroy(list) }
            throw error
        }
    }

    private static func part(_ type: rd_kafka_vtype_t, _ set: (inout rd_kafka_vu_t.__Unnamed_union_u) -> Void)
        -> rd_kafka_vu_t
    {
        var part = rd_kafka_vu_t()
        part.vtype = type
        set(&part.u)
        return part
    }

    private func failure(_ code: rd_kafka_resp_err_t, _ topic: String, _ value: UnsafeRawBufferPointer?) -> KafkaError {
        if code == RD_KAFKA_RESP_ERR__FATAL, let fatal = client.fatalError { return fatal }
        return KafkaError(code, "send a record of \(value?.count ?? 0) bytes to \(topic)")
    }

    private func topicHandle(_ topic: String) throws -> OpaquePointer {
        // The handle leaves the lock as an integer, which is Sendable. It is valid until `close`.
        let address = try state.withLock { state throws(KafkaError) -> UInt in
            if let known = state.topics[topic] { return UInt(bitPattern: known) }
            guard let made = rd_kafka_topic_new(client.handle, topic, nil) else {
                throw KafkaError(rd_kafka_last_error(), "name topic \(topic)")
            }
            state.topics[topic] = made
            return UInt(bitPattern: made)
        }
        guard let handle = OpaquePointer(bitPattern: address) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "name topic \(topic)")
        }
        return handle
    }

    /// Waits until all queued records have been delivered.
    ///
    /// - Parameter timeout: how long to wait.
    /// - Throws: ``KafkaError`` if a record since the last call could not be delivered (the first such error), or if
    ///   the timeout has passed.
    public func flush(timeout: Duration) throws {
        let error = rd_kafka_flush(client.handle, timeout.clampedMilliseconds)
        if let fatal = client.fatalError { throw fatal }
        try check(error, "deliver \(rd_kafka_outq_len(client.handle)) records within \(timeout)")
        if let failure = state.withLock({ state in
            defer { state.failure = nil }
            return state.failure
        }) {
            throw failure
        }
    }

    /// Returns the number of partitions of each topic, by the topic's name.
    ///
    /// - Parameters:
    ///   - name: the topic to look up; `nil` for all topics of the cluster.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``, for a named topic also if it does not exist.
    public func topics(named name: String? = nil, timeout: Duration) throws -> [String: Int] {
        try KafkaMetadata.topics(client.handle, named: name, timeout: timeout)
    }

    // MARK: Transactions

    /// Whether a request of a transaction has got no answer.
    ///
    /// Such a request may still reach the broker and then affect the next transaction of this producer. To be safe from
    /// it, create a new producer with the same transactional id: it fences the request.
    public var hasLostAnswers: Bool { lost.any }

    /// Fences all other producers with the same transactional id, and aborts the transaction that they left open. Call
    /// it once, before the first transaction.
    ///
    /// - Parameter timeout: how long to wait for an answer.
    public func initTransactions(timeout: Duration) throws {
        try check(
            rd_kafka_init_transactions(client.handle, timeout.clampedMilliseconds), "begin as transactional id \(title)"
        )
    }

    /// Begins a transaction. Records that are produced until its end belong to it.
    public func beginTransaction() throws {
        try check(rd_kafka_begin_transaction(client.handle), "begin a transaction of \(title)")
    }

    /// Adds a group's offsets to the transaction, which commits them with its records.
    ///
    /// - Parameters:
    ///   - offsets: the offsets of the next records to read.
    ///   - group: the group, and the member in whose name the offsets are committed.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``. If the group has rebalanced, ``KafkaError/isRebalance`` is true.
    public func sendOffsets(_ offsets: [CommittedOffset], group: GroupMetadata, timeout: Duration) throws {
        let list = try PartitionList(offsets)
        try check(
            rd_kafka_send_offsets_to_transaction(
                client.handle, list.pointer, group.pointer, timeout.clampedMilliseconds),
            "add offsets to the transaction of \(title)")
    }

    /// Delivers the remaining records and commits the transaction.
    ///
    /// - Parameter timeout: how long to wait.
    /// - Throws: ``KafkaError``. If it is retriable (``KafkaError/isRetriable``), the outcome is unknown: call the
    ///   method again.
    public func commitTransaction(timeout: Duration) throws {
        try check(
            rd_kafka_commit_transaction(client.handle, timeout.clampedMilliseconds),
            "commit the transaction of \(title)")
        state.withLock { $0.failure = nil }
    }

    /// Aborts the transaction. Its records are discarded.
    ///
    /// - Parameter timeout: how long to wait for an answer.
    public func abortTransaction(timeout: Duration) throws {
        try check(
            rd_kafka_abort_transaction(client.handle, timeout.clampedMilliseconds), "abort the transaction of \(title)")
        state.withLock { $0.failure = nil }
    }

    /// The error after which the producer cannot be used any more; `nil` if there is none.
    public var fatalError: KafkaError? { client.fatalError }
}

/// Connects the events of a client to the producer that owns it.
private final class ProducerLink: Sendable {
    struct Reference: ~Copyable {
        weak var value: KafkaProducer?
    }

    let producer = Mutex(Reference())
}
