/// The kinds of requests that the broker supports. The raw value is the API key of the Kafka protocol.
///
/// ```swift
/// broker.faults.add(.dropAfter, to: .produce, after: 2)    // the third takes effect, its answer is lost
/// ...
/// let commits = broker.faults.requests(of: .offsetCommit)
/// ```
public enum KafkaAPI: Int16, CaseIterable, Sendable, Hashable {
    /// Appends records.
    case produce = 0
    /// Reads records.
    case fetch = 1
    /// Looks up offsets by time, and the first and last ones.
    case listOffsets = 2
    /// Lists topics and brokers.
    case metadata = 3
    /// Commits offsets of a group.
    case offsetCommit = 8
    /// Reads the committed offsets of a group.
    case offsetFetch = 9
    /// Finds the coordinator of a group or a transactional id.
    case findCoordinator = 10
    /// Joins a group.
    case joinGroup = 11
    /// Keeps a member's session alive.
    case heartbeat = 12
    /// Leaves a group.
    case leaveGroup = 13
    /// Distributes the assignment: the leader sends it, all members receive their part.
    case syncGroup = 14
    /// Describes groups and their members.
    case describeGroups = 15
    /// Lists all groups.
    case listGroups = 16
    /// Lists the supported requests and their versions.
    case apiVersions = 18
    /// Creates topics.
    case createTopics = 19
    /// Deletes topics.
    case deleteTopics = 20
    /// Deletes records.
    case deleteRecords = 21
    /// Returns the end offset of a leader epoch.
    case offsetForLeaderEpoch = 23
    /// Assigns a producer id and epoch.
    case initProducerId = 22
    /// Adds partitions to a transaction.
    case addPartitionsToTxn = 24
    /// Adds a group, whose offsets are committed, to a transaction.
    case addOffsetsToTxn = 25
    /// Commits or aborts a transaction.
    case endTxn = 26
    /// Adds offsets of a group to a transaction.
    case txnOffsetCommit = 28
    /// Reads the settings of topics and brokers.
    case describeConfigs = 32
    /// Adds partitions to topics.
    case createPartitions = 37
    /// Deletes groups.
    case deleteGroups = 42
    /// Deletes committed offsets of a group.
    case offsetDelete = 47

    var versions: ClosedRange<Int16> {
        switch self {
        case .produce: 3...8
        case .fetch: 4...11
        case .listOffsets: 1...5
        case .metadata: 1...8
        case .offsetCommit: 2...7
        case .offsetFetch: 1...7
        case .findCoordinator: 0...2
        case .joinGroup: 0...5
        case .heartbeat, .leaveGroup, .syncGroup: 0...3
        case .describeGroups: 0...4
        case .listGroups: 0...2
        case .apiVersions: 0...3
        case .createTopics: 2...4
        case .deleteTopics: 1...3
        case .deleteRecords: 0...1
        case .initProducerId: 0...4
        case .addPartitionsToTxn, .addOffsetsToTxn, .endTxn: 0...2
        case .txnOffsetCommit: 0...3
        case .describeConfigs: 1...2
        case .createPartitions: 0...1
        case .deleteGroups: 0...1
        case .offsetForLeaderEpoch: 0...3
        case .offsetDelete: 0...0
        }
    }

    /// Whether a version of the request has compact lengths and tagged fields.
    package func isFlexible(_ version: Int16) -> Bool {
        switch self {
        case .apiVersions, .txnOffsetCommit: version >= 3
        case .initProducerId: version >= 2
        case .offsetFetch: version >= 6
        default: false
        }
    }
}

/// The error codes of the Kafka protocol that the broker uses. The raw value is the code.
///
/// ```swift
/// broker.faults.add(.refuse(.notCoordinator), to: .offsetCommit, times: 2)
/// ```
public enum KafkaErrorCode: Int16, Error, Sendable, Hashable {
    /// `NONE` in the Kafka protocol: no error.
    case none = 0
    /// `OFFSET_OUT_OF_RANGE` in the Kafka protocol.
    case offsetOutOfRange = 1
    /// `CORRUPT_MESSAGE` in the Kafka protocol.
    case corruptMessage = 2
    /// `UNKNOWN_TOPIC_OR_PARTITION` in the Kafka protocol.
    case unknownTopicOrPartition = 3
    /// `NOT_LEADER_OR_FOLLOWER` in the Kafka protocol.
    case notLeader = 6
    /// `REQUEST_TIMED_OUT` in the Kafka protocol.
    case requestTimedOut = 7
    /// `MESSAGE_TOO_LARGE` in the Kafka protocol.
    case messageTooLarge = 10
    /// `OFFSET_METADATA_TOO_LARGE` in the Kafka protocol.
    case offsetMetadataTooLarge = 12
    /// `COORDINATOR_LOAD_IN_PROGRESS` in the Kafka protocol.
    case coordinatorLoading = 14
    /// `COORDINATOR_NOT_AVAILABLE` in the Kafka protocol.
    case coordinatorNotAvailable = 15
    /// `NOT_COORDINATOR` in the Kafka protocol.
    case notCoordinator = 16
    /// `INVALID_TOPIC_EXCEPTION` in the Kafka protocol.
    case invalidTopic = 17
    /// `ILLEGAL_GENERATION` in the Kafka protocol.
    case illegalGeneration = 22
    /// `INCONSISTENT_GROUP_PROTOCOL` in the Kafka protocol.
    case inconsistentGroupProtocol = 23
    /// `INVALID_GROUP_ID` in the Kafka protocol.
    case invalidGroupID = 24
    /// `UNKNOWN_MEMBER_ID` in the Kafka protocol.
    case unknownMemberID = 25
    /// `INVALID_SESSION_TIMEOUT` in the Kafka protocol.
    case invalidSessionTimeout = 26
    /// `REBALANCE_IN_PROGRESS` in the Kafka protocol.
    case rebalanceInProgress = 27
    /// `TOPIC_AUTHORIZATION_FAILED` in the Kafka protocol.
    case topicAuthorizationFailed = 29
    /// `GROUP_AUTHORIZATION_FAILED` in the Kafka protocol.
    case groupAuthorizationFailed = 30
    /// `CLUSTER_AUTHORIZATION_FAILED` in the Kafka protocol.
    case clusterAuthorizationFailed = 31
    /// `UNSUPPORTED_VERSION` in the Kafka protocol.
    case unsupportedVersion = 35
    /// `TOPIC_ALREADY_EXISTS` in the Kafka protocol.
    case topicAlreadyExists = 36
    /// `INVALID_PARTITIONS` in the Kafka protocol.
    case invalidPartitions = 37
    /// `INVALID_REPLICATION_FACTOR` in the Kafka protocol.
    case invalidReplicationFactor = 38
    /// `INVALID_REQUEST` in the Kafka protocol.
    case invalidRequest = 42
    /// `UNSUPPORTED_FOR_MESSAGE_FORMAT` in the Kafka protocol.
    case unsupportedForMessageFormat = 43
    /// `OUT_OF_ORDER_SEQUENCE_NUMBER` in the Kafka protocol.
    case outOfOrderSequenceNumber = 45
    /// `INVALID_PRODUCER_EPOCH` in the Kafka protocol.
    case invalidProducerEpoch = 47
    /// `INVALID_TXN_STATE` in the Kafka protocol.
    case invalidTxnState = 48
    /// `INVALID_PRODUCER_ID_MAPPING` in the Kafka protocol.
    case invalidProducerIDMapping = 49
    /// `INVALID_TRANSACTION_TIMEOUT` in the Kafka protocol.
    case invalidTransactionTimeout = 50
    /// `CONCURRENT_TRANSACTIONS` in the Kafka protocol.
    case concurrentTransactions = 51
    /// `TRANSACTIONAL_ID_AUTHORIZATION_FAILED` in the Kafka protocol.
    case transactionalIDAuthorizationFailed = 53
    /// `KAFKA_STORAGE_ERROR` in the Kafka protocol: the disk of a partition is full or broken.
    case storageError = 56
    /// `NON_EMPTY_GROUP` in the Kafka protocol.
    case nonEmptyGroup = 68
    /// `GROUP_ID_NOT_FOUND` in the Kafka protocol.
    case groupIDNotFound = 69
    /// `FENCED_LEADER_EPOCH` in the Kafka protocol.
    case fencedLeaderEpoch = 74
    /// `UNKNOWN_LEADER_EPOCH` in the Kafka protocol.
    case unknownLeaderEpoch = 75
    /// `MEMBER_ID_REQUIRED` in the Kafka protocol.
    case memberIDRequired = 79
    /// `FENCED_INSTANCE_ID` in the Kafka protocol.
    case fencedInstanceID = 82
    /// `GROUP_SUBSCRIBED_TO_TOPIC` in the Kafka protocol.
    case groupSubscribedToTopic = 86
    /// `INVALID_RECORD` in the Kafka protocol.
    case invalidRecord = 87
    /// `UNSTABLE_OFFSET_COMMIT` in the Kafka protocol.
    case unstableOffsetCommit = 88
    /// `PRODUCER_FENCED` in the Kafka protocol.
    case producerFenced = 90
}
