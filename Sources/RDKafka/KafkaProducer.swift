import CMillraceRDKafka
public import Logging
import Synchronization

/// Writes records: idempotent always, in transactions if it has a transactional id. May be used from several threads.
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

    /// Records under way beyond which `isCongested` is true.
    public static let congestionLimit = 50_000

    /// - Parameter onError: what concerns no single record; called on the producer's thread.
    public init(
        _ configuration: KafkaConfiguration, transactionalID: String? = nil, logger: Logger,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) throws {
        var configuration = configuration.withDefaults([
            // Java's clients put a key into the same partition.
            "partitioner": "murmur2_random",
            "queue.buffering.max.kbytes": "65536",
            "linger.ms": "5",
            // What a topic takes is for the topic to say (max.message.bytes).
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

    /// Gives up what is still under way, and lets go of everything.
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

    /// Whether more records are under way than should be; if so, `wake` is called when they are fewer.
    public func isCongested(_ wake: @escaping @Sendable () -> Void) -> Bool {
        guard rd_kafka_outq_len(client.handle) > Self.congestionLimit else { return false }
        state.withLock { $0.congested.append(wake) }
        return true
    }

    /// Hands a record over. `nil` stands for a null key or value, a partition below 0 for the partitioner's choice, a time
    /// of 0 for now. Waits only if librdkafka's queue is full to the brim.
    public func produce(
        _ topic: String, partition: Int32 = -1, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [KafkaHeader] = [], timestamp: Int64 = 0
    ) throws {
        let handle = try topicHandle(topic)
        // librdkafka takes a null pointer for null, and wants another for an empty value.
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
            // The headers were not taken over.
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
        // The handle goes out of the lock as a number: it is valid until `close`.
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

    /// Returns when all records have arrived; throws the first failure since the last call.
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

    /// Topics and how many partitions each has.
    public func topics(named name: String? = nil, timeout: Duration) throws -> [String: Int] {
        try KafkaMetadata.topics(client.handle, named: name, timeout: timeout)
    }

    // MARK: Transactions

    /// A request of a transaction got no answer, and may still reach the broker: in the next transaction, it would do what
    /// was meant for this one. A producer with the same transactional id that is made now is safe from it.
    public var hasLostAnswers: Bool { lost.any }

    /// Shuts out every other producer with this transactional id, and ends what it left open. Once, before all others.
    public func initTransactions(timeout: Duration) throws {
        try check(
            rd_kafka_init_transactions(client.handle, timeout.clampedMilliseconds), "begin as transactional id \(title)"
        )
    }

    /// Begins a transaction.
    public func beginTransaction() throws {
        try check(rd_kafka_begin_transaction(client.handle), "begin a transaction of \(title)")
    }

    /// Adds a group's offsets to the transaction.
    public func sendOffsets(_ offsets: [CommittedOffset], group: GroupMetadata, timeout: Duration) throws {
        let list = try PartitionList(offsets)
        try check(
            rd_kafka_send_offsets_to_transaction(
                client.handle, list.pointer, group.pointer, timeout.clampedMilliseconds),
            "add offsets to the transaction of \(title)")
    }

    /// Commits the transaction. After a retriable error it is called again; its outcome is open until then.
    public func commitTransaction(timeout: Duration) throws {
        try check(
            rd_kafka_commit_transaction(client.handle, timeout.clampedMilliseconds),
            "commit the transaction of \(title)")
        state.withLock { $0.failure = nil }
    }

    /// Gives the transaction up.
    public func abortTransaction(timeout: Duration) throws {
        try check(
            rd_kafka_abort_transaction(client.handle, timeout.clampedMilliseconds), "abort the transaction of \(title)")
        state.withLock { $0.failure = nil }
    }

    /// The error that made the producer useless, if one did.
    public var fatalError: KafkaError? { client.fatalError }
}

/// Lets the events of a client find the producer that is made around it.
private final class ProducerLink: Sendable {
    struct Reference: ~Copyable {
        weak var value: KafkaProducer?
    }

    let producer = Mutex(Reference())
}
