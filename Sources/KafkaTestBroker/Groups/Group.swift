import NIOCore

/// The state machine of a consumer group: its members, generation and offsets. The coordinator handles timers and
/// answers.
struct Group {
    enum State: String {
        case empty = "Empty"
        case preparingRebalance = "PreparingRebalance"
        case completingRebalance = "CompletingRebalance"
        case stable = "Stable"
    }

    struct Member {
        let id: String
        var instance: String?
        var clientID: String
        var sessionTimeout: Int32
        var rebalanceTimeout: Int32
        var protocols: [(name: String, metadata: ByteBuffer)]
        var assignment = ByteBuffer()
        /// The pending answer to a JoinGroup request, until the rebalance begins.
        var joining: JoinReply?
        /// The pending answer to a SyncGroup request, until there is an assignment.
        var syncing: PendingReply?
        /// Incremented with each request of the member. Timers of earlier values are ignored.
        var alive = 0

        func metadata(of name: String) -> ByteBuffer { protocols.first { $0.name == name }?.metadata ?? ByteBuffer() }

        func hasSame(_ others: [(name: String, metadata: ByteBuffer)]) -> Bool {
            protocols.count == others.count
                && zip(protocols, others).allSatisfy { $0.name == $1.name && $0.metadata == $1.metadata }
        }
    }

    /// The answer to a JoinGroup request, in the request's version.
    struct JoinReply {
        let reply: PendingReply
        let version: Int16
    }

    struct Offset: Equatable, Codable {
        var offset: Int64
        var metadata: String
    }

    let id: String
    var state = State.empty
    var generation: Int32 = 0
    var protocolType = ""
    var protocolName = ""
    var leader = ""
    var members: [String: Member] = [:]
    /// The member ids in the order of joining. The first member becomes the leader.
    var order: [String] = []
    /// Member ids that were assigned but have not been used to join yet.
    var promised: Set<String> = []
    var offsets: [TopicPartitionKey: Offset] = [:]
    /// The offsets of open transactions, by producer id.
    var pending: [Int64: [TopicPartitionKey: Offset]] = [:]
    /// The number of the rebalance. Timers of earlier ones are ignored.
    var rebalance = 0

    func member(ofInstance instance: String?) -> Member? {
        guard let instance else { return nil }
        return members.values.first { $0.instance == instance }
    }

    /// The protocol that all members support and most of them prefer.
    var commonProtocol: String? {
        let all = order.compactMap { members[$0] }
        guard let first = all.first else { return nil }
        let shared = first.protocols.map(\.name).filter { name in
            all.allSatisfy { $0.protocols.contains { $0.name == name } }
        }
        return shared.max { left, right in
            func votes(_ name: String) -> Int {
                all.count { $0.protocols.first { shared.contains($0.name) }?.name == name }
            }
            return votes(left) < votes(right)
        }
    }

    /// The topics that the members subscribe to, if they are consumers.
    var subscribedTopics: Set<String> {
        var topics: Set<String> = []
        for member in members.values {
            var reader = WireReader(member.metadata(of: protocolName))
            guard (try? reader.integer(Int16.self)) != nil else { continue }
            topics.formUnion((try? reader.array { try $0.string() }) ?? [])
        }
        return topics
    }

    /// Returns whether a member with these protocols is compatible with the others.
    func accepts(_ type: String, _ protocols: [(name: String, metadata: ByteBuffer)], except id: String) -> Bool {
        let others = members.values.filter { $0.id != id }
        if others.isEmpty { return !protocols.isEmpty }
        return type == protocolType
            && protocols.contains { offered in
                others.allSatisfy { $0.protocols.contains { $0.name == offered.name } }
            }
    }

    /// Returns the error code for a request with this identity; `nil` if it is a member of the current generation.
    func refusal(member id: String, instance: String?, generation: Int32) -> KafkaErrorCode? {
        if let instance, let known = member(ofInstance: instance), known.id != id { return .fencedInstanceID }
        guard members[id] != nil else { return .unknownMemberID }
        return generation == self.generation ? nil : .illegalGeneration
    }

    /// Returns the error code for a commit by a member, or by a client outside the group (no member id, no generation);
    /// `nil` if it is accepted.
    func commitRefusal(member id: String, instance: String?, generation: Int32) -> KafkaErrorCode? {
        if generation < 0, id.isEmpty {
            return members.isEmpty ? nil : .unknownMemberID
        }
        if let refusal = refusal(member: id, instance: instance, generation: generation) { return refusal }
        return state == .completingRebalance ? .rebalanceInProgress : nil
    }
}

/// A partition by name and number.
struct TopicPartitionKey: Hashable, Codable {
    let topic: String
    let partition: Int32
}
