import NIOCore

/// Requests for topics and settings.
extension BrokerState {
    func createTopics(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let topics = try reader.array { reader in
            let name = try reader.string()
            let partitions: Int32 = try reader.integer()
            let replication: Int16 = try reader.integer()
            let assignments = try reader.array { reader in
                let partition: Int32 = try reader.integer()
                _ = try reader.array { try $0.integer(Int32.self) }
                return partition
            }
            let settings = try reader.array { (try $0.string(), try $0.nullableString() ?? "") }
            return (name, assignments.isEmpty ? partitions : Int32(assignments.count), replication, settings)
        }
        let _: Int32 = try reader.integer()
        let isDryRun = try reader.bool()
        var writer = WireWriter()
        writer.throttle()
        writer.array(topics) { writer, topic in
            let count = topic.1 == -1 ? configuration.defaultPartitions : Int(topic.1)
            var error = forced ?? .none
            if error == .none, topic.2 > 1 || topic.2 == 0 { error = .invalidReplicationFactor }
            if error == .none, isDryRun {
                error = self.topics[topic.0] == nil ? .none : .topicAlreadyExists
            } else if error == .none {
                error = createTopic(topic.0, partitions: count, settings: Dictionary(topic.3) { $1 })
            }
            writer.string(topic.0)
            writer.error(error)
            writer.string(error == .none ? nil : "\(error)")
        }
        reply.send(writer)
    }

    func deleteTopics(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let names = try reader.array { try $0.string() }
        var writer = WireWriter()
        writer.throttle()
        writer.array(names) { writer, name in
            let count = topics[name]?.partitions.count ?? 0
            writer.string(name)
            let error = forced ?? deleteTopic(name)
            writer.error(error)
            if error == .none { journal?.forgetTopic(name, partitions: count) }
        }
        reply.send(writer)
    }

    func createPartitions(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let topics = try reader.array { reader in
            let name = try reader.string()
            let count: Int32 = try reader.integer()
            _ = try reader.nullableArray { try $0.array { try $0.integer(Int32.self) } }
            return (name, Int(count))
        }
        let _: Int32 = try reader.integer()
        let isDryRun = try reader.bool()
        var writer = WireWriter()
        writer.throttle()
        writer.array(topics) { writer, topic in
            let error = forced ?? (isDryRun ? .none : addPartitions(topic.0, total: topic.1))
            writer.string(topic.0)
            writer.error(error)
            writer.string(error == .none ? nil : "\(error)")
        }
        reply.send(writer)
    }

    /// The default settings of topics in Kafka.
    static let topicDefaults = [
        "cleanup.policy": "delete", "retention.ms": "604800000", "message.timestamp.type": "CreateTime",
        "max.message.bytes": "1048588",
    ]

    private var brokerSettings: [String: String] {
        ["transaction.max.timeout.ms": "\(Int64(configuration.maximumTransactionTimeout / .milliseconds(1)))"]
    }

    /// Deletes records from the beginning of each partition, while their timestamps are older than the topic's
    /// retention.
    func enforceRetention(now: Int64) {
        for (name, topic) in topics {
            let settings = Self.topicDefaults.merging(topic.settings) { $1 }
            guard settings["cleanup.policy"]?.contains("delete") == true,
                let keeps = settings["retention.ms"].flatMap({ Int64($0) }), keeps >= 0
            else { continue }
            for (partition, log) in topic.partitions.enumerated() {
                let kept = log.batches.first { $0.maxTimestamp >= now - keeps }
                let start = kept?.baseOffset ?? log.endOffset
                guard start > log.startOffset else { continue }
                log.deleteRecords(before: start)
                journal?.note(
                    .recordsRemoved(TopicPartitionKey(topic: name, partition: Int32(partition)), before: start))
            }
        }
    }

    func describeConfigs(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let resources = try reader.array { reader in
            (try reader.integer(Int8.self), try reader.string(), try reader.nullableArray { try $0.string() })
        }
        var writer = WireWriter()
        writer.throttle()
        writer.array(resources) { writer, resource in
            let (type, name, keys) = resource
            let topic = type == 2 ? topics[name] : nil
            let isThere = type == 4 || topic != nil
            writer.error(isThere ? .none : .unknownTopicOrPartition)
            writer.string(nil)
            writer.integer(type)
            writer.string(name)
            let defaults = type == 4 ? brokerSettings : Self.topicDefaults
            let settings = defaults.merging(topic?.settings ?? [:]) { $1 }.sorted { $0.key < $1.key }
                .filter { keys?.contains($0.key) ?? true }
            writer.array(settings) { writer, setting in
                writer.string(setting.key)
                writer.string(setting.value)
                writer.bool(false)
                writer.integer(Int8(topic?.settings[setting.key] == nil ? 5 : 1))  // a default, or set for this topic
                writer.bool(false)
                writer.count(0)
            }
        }
        reply.send(writer)
    }
}
