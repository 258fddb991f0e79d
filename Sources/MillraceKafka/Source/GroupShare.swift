import RDKafka

/// What a group has given to this process and wants back, as a value: events go in, what is to be done comes out.
///
/// The group's wishes are met between two attempts of the pipeline, when no task works on any partition.
struct GroupShare: Sendable, Equatable {
    /// Taken: librdkafka reads them.
    private(set) var owned: Set<TopicPartition> = []
    /// Given, not taken yet.
    private(set) var offered: Set<TopicPartition> = []
    /// To be let go of.
    private(set) var wanted: Set<TopicPartition> = []
    /// The group has spoken at least once.
    private(set) var hasAnswer = false
    /// An offer, even an empty one, or a wish that librdkafka waits to have answered.
    private(set) var isUnanswered = false

    mutating func assigned(_ partitions: [TopicPartition]) {
        offered.formUnion(partitions)
        hasAnswer = true
        isUnanswered = true
    }

    mutating func revoked(_ partitions: [TopicPartition]) {
        wanted.formUnion(partitions)
        isUnanswered = true
    }

    /// What to let go of now.
    mutating func takeRevocations() -> [TopicPartition] {
        defer {
            owned.subtract(wanted)
            offered.subtract(wanted)
            wanted = []
        }
        return wanted.sorted()
    }

    /// What to begin reading now.
    mutating func takeOffers() -> [TopicPartition] {
        defer {
            owned.formUnion(offered)
            offered = []
            isUnanswered = false
        }
        return offered.sorted()
    }

    /// What this process will work on.
    var partitions: [TopicPartition] { owned.union(offered).subtracting(wanted).sorted() }
}
