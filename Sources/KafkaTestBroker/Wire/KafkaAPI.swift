/// The kinds of requests that the broker answers, with Kafka's numbers and the versions known here.
public enum KafkaAPI: Int16, CaseIterable, Sendable, Hashable {
    /// Records to be appended.
    case produce = 0
    /// Records to be read.
    case fetch = 1
    /// Offsets by time, first and last ones.
    case listOffsets = 2
    /// Topics and brokers.
    case metadata = 3
    /// A group's offsets.
    case offsetCommit = 8
    /// What a group committed.
    case offsetFetch = 9
    /// Who coordinates a group or a transactional id.
    case findCoordinator = 10
    /// A member joins.
    case joinGroup = 11
    /// A member is still there.
    case heartbeat = 12
    /// A member leaves.
    case leaveGroup = 13
    /// The leader gives, the others get, their assignment.
    case syncGroup = 14
    /// Members of groups.
    case describeGroups = 15
    /// All groups.
    case listGroups = 16
    /// What the broker can do.
    case apiVersions = 18
    /// Topics to be made.
    case createTopics = 19
    /// Topics to be removed.
    case deleteTopics = 20
    /// Records to be removed.
    case deleteRecords = 21
    /// Where a leader's time ended.
    case offsetForLeaderEpoch = 23
    /// A producer's identity.
    case initProducerId = 22
    /// Partitions that a transaction writes to.
    case addPartitionsToTxn = 24
    /// A group whose offsets a transaction commits.
    case addOffsetsToTxn = 25
    /// The end of a transaction.
    case endTxn = 26
    /// Offsets that a transaction commits.
    case txnOffsetCommit = 28
    /// Settings of topics.
    case describeConfigs = 32
    /// More partitions.
    case createPartitions = 37
    /// Groups to be removed.
    case deleteGroups = 42
    /// Offsets of a group to be removed.
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

    /// The first version with compact lengths and tagged fields.
    package func isFlexible(_ version: Int16) -> Bool {
        switch self {
        case .apiVersions, .txnOffsetCommit: version >= 3
        case .initProducerId: version >= 2
        case .offsetFetch: version >= 6
        default: false
        }
    }
}

/// Kafka's error codes, as far as the broker gives them.
public enum KafkaErrorCode: Int16, Error, Sendable, Hashable {
    /// Error code 0 of the Kafka protocol.
    case none = 0
    /// Error code 1 of the Kafka protocol.
    case offsetOutOfRange = 1
    /// Error code 2 of the Kafka protocol.
    case corruptMessage = 2
    /// Error code 3 of the Kafka protocol.
    case unknownTopicOrPartition = 3
    /// Error code 6 of the Kafka protocol.
    case notLeader = 6
    /// Error code 7 of the Kafka protocol.
    case requestTimedOut = 7
    /// Error code 10 of the Kafka protocol.
    case messageTooLarge = 10
    /// Error code 12 of the Kafka protocol.
    case offsetMetadataTooLarge = 12
    /// Error code 14 of the Kafka protocol.
    case coordinatorLoading = 14
    /// Error code 15 of the Kafka protocol.
    case coordinatorNotAvailable = 15
    /// Error code 16 of the Kafka protocol.
    case notCoordinator = 16
    /// Error code 17 of the Kafka protocol.
    case invalidTopic = 17
    /// Error code 22 of the Kafka protocol.
    case illegalGeneration = 22
    /// Error code 23 of the Kafka protocol.
    case inconsistentGroupProtocol = 23
    /// Error code 24 of the Kafka protocol.
    case invalidGroupID = 24
    /// Error code 25 of the Kafka protocol.
    case unknownMemberID = 25
    /// Error code 26 of the Kafka protocol.
    case invalidSessionTimeout = 26
    /// Error code 27 of the Kafka protocol.
    case rebalanceInProgress = 27
    /// Error code 29 of the Kafka protocol.
    case topicAuthorizationFailed = 29
    /// Error code 30 of the Kafka protocol.
    case groupAuthorizationFailed = 30
    /// Error code 31 of the Kafka protocol.
    case clusterAuthorizationFailed = 31
    /// Error code 35 of the Kafka protocol.
    case unsupportedVersion = 35
    /// Error code 36 of the Kafka protocol.
    case topicAlreadyExists = 36
    /// Error code 37 of the Kafka protocol.
    case invalidPartitions = 37
    /// Error code 38 of the Kafka protocol.
    case invalidReplicationFactor = 38
    /// Error code 42 of the Kafka protocol.
    case invalidRequest = 42
    /// Error code 43 of the Kafka protocol.
    case unsupportedForMessageFormat = 43
    /// Error code 45 of the Kafka protocol.
    case outOfOrderSequenceNumber = 45
    /// Error code 47 of the Kafka protocol.
    case invalidProducerEpoch = 47
    /// Error code 48 of the Kafka protocol.
    case invalidTxnState = 48
    /// Error code 49 of the Kafka protocol.
    case invalidProducerIDMapping = 49
    /// Error code 50 of the Kafka protocol.
    case invalidTransactionTimeout = 50
    /// Error code 51 of the Kafka protocol.
    case concurrentTransactions = 51
    /// Error code 53 of the Kafka protocol.
    case transactionalIDAuthorizationFailed = 53
    /// The disk that keeps a partition is full or broken.
    case storageError = 56
    /// Error code 68 of the Kafka protocol.
    case nonEmptyGroup = 68
    /// Error code 69 of the Kafka protocol.
    case groupIDNotFound = 69
    /// Error code 74 of the Kafka protocol.
    case fencedLeaderEpoch = 74
    /// Error code 75 of the Kafka protocol.
    case unknownLeaderEpoch = 75
    /// Error code 79 of the Kafka protocol.
    case memberIDRequired = 79
    /// Error code 82 of the Kafka protocol.
    case fencedInstanceID = 82
    /// Error code 86 of the Kafka protocol.
    case groupSubscribedToTopic = 86
    /// Error code 87 of the Kafka protocol.
    case invalidRecord = 87
    /// Error code 88 of the Kafka protocol.
    case unstableOffsetCommit = 88
    /// Error code 90 of the Kafka protocol.
    case producerFenced = 90
}
