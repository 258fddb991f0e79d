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
    case none = 0
    case offsetOutOfRange = 1
    case corruptMessage = 2
    case unknownTopicOrPartition = 3
    case notLeader = 6
    case requestTimedOut = 7
    case messageTooLarge = 10
    case offsetMetadataTooLarge = 12
    case coordinatorLoading = 14
    case coordinatorNotAvailable = 15
    case notCoordinator = 16
    case invalidTopic = 17
    case illegalGeneration = 22
    case inconsistentGroupProtocol = 23
    case invalidGroupID = 24
    case unknownMemberID = 25
    case invalidSessionTimeout = 26
    case rebalanceInProgress = 27
    case topicAuthorizationFailed = 29
    case groupAuthorizationFailed = 30
    case clusterAuthorizationFailed = 31
    case unsupportedVersion = 35
    case topicAlreadyExists = 36
    case invalidPartitions = 37
    case invalidReplicationFactor = 38
    case invalidRequest = 42
    case unsupportedForMessageFormat = 43
    case outOfOrderSequenceNumber = 45
    case invalidProducerEpoch = 47
    case invalidTxnState = 48
    case invalidProducerIDMapping = 49
    case invalidTransactionTimeout = 50
    case concurrentTransactions = 51
    case transactionalIDAuthorizationFailed = 53
    /// The disk that keeps a partition is full or broken.
    case storageError = 56
    case nonEmptyGroup = 68
    case groupIDNotFound = 69
    case fencedLeaderEpoch = 74
    case unknownLeaderEpoch = 75
    case memberIDRequired = 79
    case fencedInstanceID = 82
    case groupSubscribedToTopic = 86
    case invalidRecord = 87
    case unstableOffsetCommit = 88
    case producerFenced = 90
}
