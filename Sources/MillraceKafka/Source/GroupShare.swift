import RDKafka

/// What a group has given to this process and wants back, as a value: events go in, what is to be done comes out.
///
/// The group's wishes are met between two attempts of the pipeline, when no task works on any partition. librdkafka waits
/// for an answer to each: `take` to an offer, even to an empty one, and `release` to a demand.
struct GroupShare: Sendable, Equatable {
    enum Wish: Sendable, Equatable {
        case offer([TopicPartition])
        case demand([TopicPartition])
    }

    /// Taken: librdkafka reads them.
    private(set) var owned: Set<TopicPartition> = []
    /// Offers that the attempt which is being made will take; `nil` if there is none to be answered.
    private(set) var accepted: [TopicPartition]?
    private var wishes: [Wish] = []
    /// The group has spoken at least once.
    private(set) var hasAnswer = false

    mutating func note(_ wish: Wish) {
        wishes.append(wish)
        hasAnswer = true
    }

    /// An attempt begins: the partitions to let go of now, if the group demanded any; what it offered is accepted.
    mutating func begin() -> [TopicPartition]? {
        var released: [TopicPartition]?
        for wish in wishes {
            switch wish {
            case .offer(let partitions): accepted = (accepted ?? []) + partitions
            case .demand(let partitions):
                released = (released ?? []) + partitions
                owned.subtract(partitions)
                accepted?.removeAll { partitions.contains($0) }
            }
        }
        wishes = []
        return released
    }

    /// What to begin reading now, if there was an offer.
    mutating func takeAccepted() -> [TopicPartition]? {
        defer {
            owned.formUnion(accepted ?? [])
            accepted = nil
        }
        return accepted
    }

    /// Whether the group still waits for these.
    func isDemanding(_ partitions: [TopicPartition]) -> Bool { wishes.contains(.demand(partitions)) }

    /// What this attempt will work on.
    var partitions: [TopicPartition] { owned.union(accepted ?? []).sorted() }
}
