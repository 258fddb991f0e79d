import NIOCore

/// Requests for committed offsets.
extension BrokerState {
    private struct OffsetEntry {
        let partition: Int32
        let value: Group.Offset
    }

    private func readOffsets(
        _ reader: inout WireReader, hasLeaderEpoch: Bool
    ) throws -> [(topic: String, parts: [OffsetEntry])] {
        try reader.array { reader in
            let topic = try reader.string()
            let parts = try reader.array { reader in
                let partition: Int32 = try reader.integer()
                let offset: Int64 = try reader.integer()
                if hasLeaderEpoch { let _: Int32 = try reader.integer() }
                let metadata = try reader.nullableString() ?? ""
                try reader.tags()
                return OffsetEntry(partition: partition, value: Group.Offset(offset: offset, metadata: metadata))
            }
            try reader.tags()
            return (topic, parts)
        }
    }

    /// Returns the offsets that may be committed, and the error codes of the others.
    private func judge(
        _ topics: [(topic: String, parts: [OffsetEntry])], _ refusal: KafkaErrorCode?
    ) -> (accepted: [TopicPartitionKey: Group.Offset], errors: [TopicPartitionKey: KafkaErrorCode]) {
        var accepted: [TopicPartitionKey: Group.Offset] = [:]
        var errors: [TopicPartitionKey: KafkaErrorCode] = [:]
        for topic in topics {
            for part in topic.parts {
                let key = TopicPartitionKey(topic: topic.topic, partition: part.partition)
                if let refusal {
                    errors[key] = refusal
                } else if log(key) == nil {
                    errors[key] = .unknownTopicOrPartition
                } else if part.value.metadata.utf8.count > configuration.offsetMetadataMaximum {
                    errors[key] = .offsetMetadataTooLarge
                } else {
                    accepted[key] = part.value
                }
            }
        }
        return (accepted, errors)
    }

    private func write(
        _ topics: [(topic: String, parts: [OffsetEntry])], _ errors: [TopicPartitionKey: KafkaErrorCode],
        _ writer: inout WireWriter
    ) {
        writer.array(topics) { writer, topic in
            writer.string(topic.topic)
            writer.array(topic.parts) { writer, part in
                writer.integer(part.partition)
                writer.error(errors[TopicPartitionKey(topic: topic.topic, partition: part.partition)] ?? .none)
                writer.tags()
            }
            writer.tags()
        }
    }

    func offsetCommit(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let group = try reader.string()
        let generation: Int32 = try reader.integer()
        let member = try reader.string()
        let instance = version >= 7 ? try reader.nullableString() : nil
        if version <= 4 { let _: Int64 = try reader.integer() }
        let topics = try readOffsets(&reader, hasLeaderEpoch: version >= 6)
        let refusal: KafkaErrorCode?
        if let forced {
            refusal = forced
        } else if group.isEmpty {
            refusal = .invalidGroupID
        } else if let known = groups[group] {
            refusal = known.commitRefusal(member: member, instance: instance, generation: generation)
        } else {
            refusal = generation < 0 ? nil : .illegalGeneration
        }
        let (accepted, errors) = judge(topics, refusal)
        if !accepted.isEmpty { commitOffsets(group, accepted) }
        var writer = WireWriter()
        if version >= 3 { writer.throttle() }
        write(topics, errors, &writer)
        reply.send(writer)
    }

    func transactionOffsetCommit(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let id = try reader.string()
        let group = try reader.string()
        let producerID: Int64 = try reader.integer()
        let epoch: Int16 = try reader.integer()
        var generation: Int32 = -1
        var member = ""
        var instance: String?
        if version >= 3 {
            generation = try reader.integer()
            member = try reader.string()
            instance = try reader.nullableString()
        }
        let topics = try readOffsets(&reader, hasLeaderEpoch: version >= 2)
        var refusal: KafkaErrorCode?
        if let forced {
            refusal = forced
        } else if let transaction = transactions[id] {
            refusal = transaction.refusal(producerID: producerID, epoch: epoch, knowsFenced: false)
            if refusal == nil, transaction.state != .ongoing || !transaction.groups.contains(group) {
                refusal = .invalidTxnState
            }
        } else {
            refusal = .invalidProducerIDMapping
        }
        if refusal == nil, let known = groups[group], generation >= 0 || !member.isEmpty {
            refusal = known.refusal(member: member, instance: instance, generation: generation)
        }
        let (accepted, errors) = judge(topics, refusal)
        if !accepted.isEmpty {
            groups[group, default: Group(id: group)].pending[producerID, default: [:]].merge(accepted) { $1 }
            journal?.note(
                .pending(
                    group: group, producerID: producerID,
                    offsets: accepted.map { BrokerJournal.StoredOffset($0.key, $0.value) }))
        }
        var writer = WireWriter(flexible: version >= 3)
        writer.throttle()
        write(topics, errors, &writer)
        writer.tags()
        reply.send(writer)
    }

    func offsetFetch(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let name = try reader.string()
        let wanted = try reader.nullableArray { reader in
            let topic = try reader.string()
            let partitions = try reader.array { try $0.integer(Int32.self) }
            try reader.tags()
            return (topic: topic, partitions: partitions)
        }
        let isStableRequired = version >= 7 ? try reader.bool() : false
        let group = groups[name]
        let asked =
            wanted
            ?? Dictionary(grouping: group?.offsets.keys.map(\.self) ?? []) { $0.topic }
            .map { (topic: $0.key, partitions: $0.value.map(\.partition).sorted()) }.sorted { $0.topic < $1.topic }
        var writer = WireWriter(flexible: version >= 6)
        if version >= 3 { writer.throttle() }
        writer.array(asked) { writer, topic in
            writer.string(topic.topic)
            writer.array(topic.partitions) { writer, partition in
                let key = TopicPartitionKey(topic: topic.topic, partition: partition)
                let isOpen = isStableRequired && (group?.pending.values.contains { $0[key] != nil } ?? false)
                let found = isOpen ? nil : group?.offsets[key]
                writer.integer(partition)
                writer.integer(found?.offset ?? -1)
                if version >= 5 { writer.integer(Int32(-1)) }
                writer.string(found?.metadata ?? "")
                writer.error(isOpen ? .unstableOffsetCommit : .none)
                writer.tags()
            }
            writer.tags()
        }
        if version >= 2 { writer.error(forced ?? .none) }
        writer.tags()
        reply.send(writer)
    }

    /// Deletes offsets of a group, except those of topics that its members read.
    func deleteOffsets(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let name = try reader.string()
        let topics = try reader.array { (try $0.string(), try $0.array { try $0.integer(Int32.self) }) }
        let group = groups[name]
        let subscribed = group?.subscribedTopics ?? []
        var removed: [TopicPartitionKey] = []
        var writer = WireWriter()
        writer.error(forced ?? (group == nil ? .groupIDNotFound : .none))
        writer.throttle()
        writer.array(group == nil || forced != nil ? [] : topics) { writer, topic in
            writer.string(topic.0)
            writer.array(topic.1) { writer, partition in
                let key = TopicPartitionKey(topic: topic.0, partition: partition)
                writer.integer(partition)
                guard !subscribed.contains(topic.0) else { return writer.error(.groupSubscribedToTopic) }
                removed.append(key)
                writer.error(log(key) == nil ? .unknownTopicOrPartition : .none)
            }
        }
        if !removed.isEmpty {
            for key in removed { groups[name]?.offsets[key] = nil }
            journal?.note(.offsetsRemoved(group: name, partitions: removed))
        }
        reply.send(writer)
    }
}
