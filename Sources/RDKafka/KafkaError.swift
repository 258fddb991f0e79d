import CMillraceRDKafka

/// An error of librdkafka or of a broker, with the operation that failed and its classification.
///
/// ```swift
/// do {
///     try producer.commitTransaction(timeout: .seconds(10))
/// } catch let error as KafkaError where error.isRetriable {
///     try producer.commitTransaction(timeout: .seconds(10))
/// } catch let error as KafkaError where error.isAbortable {
///     try producer.abortTransaction(timeout: .seconds(10))
/// }
/// ```
public struct KafkaError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The error code of the Kafka protocol; negative for librdkafka's own errors.
    public let code: Int32
    /// The name of the error in librdkafka, such as `TOPIC_AUTHORIZATION_FAILED`.
    public let name: String
    /// The operation that failed, such as `commit the transaction of orders-0`.
    public let operation: String
    /// librdkafka's description of the error.
    public let reason: String
    /// Whether the error is fatal: the client cannot be used any more.
    public let isFatal: Bool
    /// Whether the same call may succeed later.
    public let isRetriable: Bool
    /// Whether the transaction has to be aborted. The next one may succeed.
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

    /// The errors of brokers that are busy, unreachable or starting.
    private static let retriable = [
        RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
    ]

    /// Converts and frees an error object of librdkafka; `nil` if there is none.
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

    /// Whether a record is larger than the limit of the client or the topic.
    public var isTooLarge: Bool { code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE.rawValue }

    /// Whether the client was fenced: another one with the same transactional id or group instance id has taken over.
    public var isFenced: Bool {
        [
            RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
            RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        ].contains { $0.rawValue == code }
    }

    /// Whether the client was fenced by a later member of the group with the same instance id.
    public var isInstanceFenced: Bool { code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue }

    /// Whether the group has rebalanced: the member or its generation is not current.
    public var isRebalance: Bool {
        [
            RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
        ].contains { $0.rawValue == code }
    }

    /// Whether the error passes by itself, because the cluster or a part of it is unreachable, busy or starting.
    ///
    /// This differs from ``isRetriable``: the same call may not be repeatable, for instance because the transaction has
    /// to be aborted, but a new attempt may succeed.
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

    /// Whether the topic or the partition does not exist, or is not known to the broker yet.
    public var isUnknownTopic: Bool {
        [
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        ].contains { $0.rawValue == code }
    }

    /// Whether the transaction cannot be continued. A transaction of a new producer may succeed.
    public var isTransactionLost: Bool {
        isAbortable || isFenced
            || [
                RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE,
                RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
                RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, RD_KAFKA_RESP_ERR__INCONSISTENT,
            ].contains { $0.rawValue == code }
    }

    /// Whether the producer's transaction timeout is longer than the broker allows (`transaction.max.timeout.ms`).
    public var isTransactionTimeoutRefused: Bool {
        code == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT.rawValue
    }

    /// Whether the client lacks a permission, or could not be authenticated.
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

/// Throws if the code is an error.
func check(_ error: rd_kafka_resp_err_t, _ operation: @autoclosure () -> String) throws {
    if error != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(error, operation()) }
}

/// Converts, frees and throws an error object, if there is one.
func check(_ error: OpaquePointer?, _ operation: @autoclosure () -> String) throws {
    if let error = KafkaError(taking: error, operation()) { throw error }
}
