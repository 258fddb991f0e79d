import RDKafka

/// The partitions that a group has assigned to this process, as a state machine without side effects.
///
/// Assignments and revocations are handled between two attempts of the pipeline, when no task processes a partition.
/// librdkafka waits for an answer to each: `take` for an assignment (`offer`), even an empty one, and `release` for a
/// revocation (`demand`).
struct GroupShare: Sendable, Equatable {
    enum Wish: Sendable, Equatable {
        case offer([TopicPartition])
        case demand([TopicPartition])
    }

    /// The accepted partitions, which librdkafka reads.
    private(set) var owned: Set<TopicPartition> = []
    /// The assigned partitions that the starting attempt will take; `nil` if no assignment has to be answered.
    private(set) var accepted: [TopicPartition]?
    private var wishes: [Wish] = []
    /// Whether the group has made an assignment or a revocation at least once.
    private(set) var hasAnswer = false

    mutating func note(_ wish: Wish) {
        wishes.append(wish)
        hasAnswer = true
    }

    /// Begins an attempt: accepts the pending assignments. Returns the partitions to release, `nil` if there was no
    /// revocation.
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

    /// Returns the partitions to start reading; `nil` if there was no assignment.
    mutating func takeAccepted() -> [TopicPartition]? {
        defer {
            owned.formUnion(accepted ?? [])
            accepted = nil
        }
        return accepted
    }

    /// Whether the group still waits for the release of these partitions.
    func isDemanding(_ partitions: [TopicPartition]) -> Bool { wishes.contains(.demand(partitions)) }

    /// The partitions that this attempt processes.
    var partitions: [TopicPartition] { owned.union(accepted ?? []).sorted() }
}
