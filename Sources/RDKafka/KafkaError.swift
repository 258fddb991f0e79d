import CMillraceRDKafka

/// What librdkafka or a broker refused, while what was being done, and what kind of failure it is.
public struct KafkaError: Error, CustomStringConvertible, Sendable, Hashable {
    /// Kafka's number of the error; negative ones are librdkafka's own.
    public let code: Int32
    /// librdkafka's name of it, such as `TOPIC_AUTHORIZATION_FAILED`.
    public let name: String
    /// What was being done: `commit the transaction of orders-0`.
    public let operation: String
    /// What librdkafka says of it.
    public let reason: String
    /// The client is of no use any more.
    public let isFatal: Bool
    /// The same call may succeed later.
    public let isRetriable: Bool
    /// The transaction has to be aborted; the next may succeed.
    public let isAbortable: Bool

    init(_ error: rd_kafka_resp_err_t, _ operation: String, reason: String? = nil, isFatal: Bool = false) {
        code = error.rawValue
        name = String(cString: rd_kafka_err2name(error))
        self.operation = operation
        self.reason = reason ?? String(cString: rd_kafka_err2str(error))
        self.isFatal = isFatal
        isRetriable = Self.retriable.contains(error)
        isAbortable = false
    }

    /// What a broker that is busy, away or on its way answers, or does not.
    private static let retriable = [
        RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
    ]

    /// Takes over an error object; `nil` if there is none.
    init?(taking error: OpaquePointer?, _ operation: String) {
        guard let error else { return nil }
        defer { rd_kafka_error_destroy(error) }
        code = rd_kafka_error_code(error).rawValue
        name = String(cString: rd_kafka_error_name(error))
        self.operation = operation
        reason = String(cString: rd_kafka_error_string(error))
        isFatal = rd_kafka_error_is_fatal(error) != 0
        isRetriable = rd_kafka_error_is_retriable(error) != 0
        isAbortable = rd_kafka_error_txn_requires_abort(error) != 0
    }

    /// A record is larger than the client's or the topic's limit.
    public var isTooLarge: Bool { code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE.rawValue }

    /// Another client with the same transactional id, or group instance id, has taken over.
    public var isFenced: Bool {
        [
            RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
            RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        ].contains { $0.rawValue == code }
    }

    /// Another member of the group has the same instance name, and came later.
    public var isInstanceFenced: Bool { code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue }

    /// The group has moved on: the member, or its generation, is not the one that counts.
    public var isRebalance: Bool {
        [
            RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
        ].contains { $0.rawValue == code }
    }

    /// The cluster, or a part of it, is away or on its way: nobody has to change anything for it to pass.
    ///
    /// Not the same as `isRetriable`: a transaction that has to be aborted for it cannot be gone on with, another one can.
    public var isTransient: Bool {
        isRetriable || Self.retriable.contains { $0.rawValue == code }
            || [
                RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__ISR_INSUFF,
                RD_KAFKA_RESP_ERR__NODE_UPDATE, RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__UNKNOWN_BROKER,
                RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
                RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
                RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
                RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
                RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
                RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
            ].contains { $0.rawValue == code }
    }

    /// The topic, or the partition, is not known (yet).
    public var isUnknownTopic: Bool {
        [
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        ].contains { $0.rawValue == code }
    }

    /// The transaction cannot go on; one of a new producer can.
    public var isTransactionLost: Bool {
        isAbortable || isFenced
            || [
                RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE,
                RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
                RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, RD_KAFKA_RESP_ERR__INCONSISTENT,
            ].contains { $0.rawValue == code }
    }

    /// The broker does not let a transaction stay open for as long as the producer asks for.
    public var isTransactionTimeoutRefused: Bool {
        code == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT.rawValue
    }

    /// Not allowed, or not known to the broker.
    public var isUnauthorised: Bool {
        [
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION,
            RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
        ].contains { $0.rawValue == code }
    }

    public var description: String {
        let kind = isFatal ? ", fatal" : isAbortable ? ", the transaction has to be aborted" : ""
        return "Kafka: could not \(operation): \(reason) (\(name)\(kind))"
    }
}

/// Throws if `error` is one.
func check(_ error: rd_kafka_resp_err_t, _ operation: @autoclosure () -> String) throws {
    if error != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(error, operation()) }
}

/// Throws, and frees, an error object.
func check(_ error: OpaquePointer?, _ operation: @autoclosure () -> String) throws {
    if let error = KafkaError(taking: error, operation()) { throw error }
}
