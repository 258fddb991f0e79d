import CMillraceRDKafka
public import Logging

/// An administration client: creates and deletes topics, and reads settings, offsets and groups.
///
/// Each call blocks until the cluster has answered, and throws ``KafkaError`` if it fails or its timeout, by default 10
/// s, has passed.
///
/// ```swift
/// let admin = try KafkaAdmin(KafkaConfiguration(brokers: "localhost:9092"), logger: Logger(label: "kafka"))
/// if try admin.topics()["orders"] == nil {
///     try admin.createTopic("orders", partitions: 12, settings: ["retention.ms": "604800000"])
/// }
/// for committed in try admin.committedOffsets(of: "billing") {
///     let end = try admin.watermarks(of: committed.partition).high
///     print("\(committed.partition): \(end - committed.offset) records behind")
/// }
/// ```
public final class KafkaAdmin: Sendable {
    private let client: KafkaClient

    /// Creates a client with its own connections, which are closed when it is released.
    ///
    /// - Parameters:
    ///   - configuration: the brokers and the settings of librdkafka.
    ///   - logger: receives librdkafka's log messages.
    /// - Throws: ``KafkaError`` if a setting is not valid.
    public init(_ configuration: KafkaConfiguration, logger: Logger) throws {
        client = try KafkaClient(RD_KAFKA_PRODUCER, configuration, logger: logger) { _, _ in }
    }

    deinit { client.close() }

    /// Returns the number of partitions of each topic, by the topic's name.
    ///
    /// - Parameters:
    ///   - name: the topic to look up; `nil` for all topics of the cluster. If brokers create topics automatically,
    ///     looking up a missing topic by its name creates it.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``, for a named topic also if it does not exist (``KafkaError/isUnknownTopic``).
    public func topics(named name: String? = nil, timeout: Duration = .seconds(10)) throws -> [String: Int] {
        try KafkaMetadata.topics(client.handle, named: name, timeout: timeout)
    }

    /// Creates a topic.
    ///
    /// - Parameters:
    ///   - name: the name of the topic.
    ///   - partitions: the number of partitions.
    ///   - replication: the number of replicas of each partition; -1 for the brokers' default.
    ///   - settings: settings of the topic, by their names. Default: none, the brokers' defaults apply.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``, also if the topic exists already (``KafkaError/isTopicThere``).
    public func createTopic(
        _ name: String, partitions: Int, replication: Int = -1, settings: [String: String] = [:],
        timeout: Duration = .seconds(10)
    ) throws {
        var text = [CChar](repeating: 0, count: 512)
        guard let topic = rd_kafka_NewTopic_new(name, Int32(partitions), Int32(replication), &text, text.count) else {
            throw KafkaError(
                RD_KAFKA_RESP_ERR__INVALID_ARG, "make topic \(name)", reason: KafkaClient.string(text))
        }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for (key, value) in settings { rd_kafka_NewTopic_set_config(topic, key, value) }
        try ask("make topic \(name)", timeout) { options, queue in
            var topics: [OpaquePointer?] = [topic]
            rd_kafka_CreateTopics(client.handle, &topics, 1, options, queue)
        } answer: { event in
            var count = 0
            let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            try Self.checkTopics(results, count, "make topic \(name)")
        }
    }

    /// Deletes a topic and its records.
    ///
    /// - Parameters:
    ///   - name: the name of the topic.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``, also if the topic does not exist.
    public func deleteTopic(_ name: String, timeout: Duration = .seconds(10)) throws {
        guard let topic = rd_kafka_DeleteTopic_new(name) else { return }
        defer { rd_kafka_DeleteTopic_destroy(topic) }
        try ask("remove topic \(name)", timeout) { options, queue in
            var topics: [OpaquePointer?] = [topic]
            rd_kafka_DeleteTopics(client.handle, &topics, 1, options, queue)
        } answer: { event in
            var count = 0
            let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            try Self.checkTopics(results, count, "remove topic \(name)")
        }
    }

    /// Adds partitions to a topic.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic.
    ///   - total: the number of partitions that the topic has afterwards.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``, also if the topic has at least that many partitions already.
    public func createPartitions(_ topic: String, total: Int, timeout: Duration = .seconds(10)) throws {
        var text = [CChar](repeating: 0, count: 512)
        guard let partitions = rd_kafka_NewPartitions_new(topic, total, &text, text.count) else {
            throw KafkaError(
                RD_KAFKA_RESP_ERR__INVALID_ARG, "add partitions to \(topic)", reason: KafkaClient.string(text))
        }
        defer { rd_kafka_NewPartitions_destroy(partitions) }
        try ask("add partitions to \(topic)", timeout) { options, queue in
            var list: [OpaquePointer?] = [partitions]
            rd_kafka_CreatePartitions(client.handle, &list, 1, options, queue)
        } answer: { event in
            var count = 0
            let results = rd_kafka_CreatePartitions_result_topics(
                rd_kafka_event_CreatePartitions_result(event), &count)
            try Self.checkTopics(results, count, "add partitions to \(topic)")
        }
    }

    private static func checkTopics(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ operation: String
    ) throws {
        for index in 0..<count {
            guard let result = results?[index] else { continue }
            let code = rd_kafka_topic_result_error(result)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaError(
                    code, operation, reason: rd_kafka_topic_result_error_string(result).map { String(cString: $0) })
            }
        }
    }

    /// Returns all settings of a topic by their names, including defaults.
    ///
    /// - Parameters:
    ///   - name: the name of the topic.
    ///   - timeout: how long to wait for an answer.
    /// - Throws: ``KafkaError``, also if the topic does not exist or its settings may not be read.
    public func settings(ofTopic name: String, timeout: Duration = .seconds(10)) throws -> [String: String] {
        try settings(RD_KAFKA_RESOURCE_TOPIC, name, "topic \(name)", timeout)
    }

    /// Returns all settings of one of the cluster's brokers by their names, including defaults.
    ///
    /// - Parameter timeout: how long to wait for each of the two answers: which brokers there are, and the settings.
    public func brokerSettings(timeout: Duration = .seconds(10)) throws -> [String: String] {
        let broker = try KafkaMetadata.anyBroker(client.handle, timeout: timeout)
        return try settings(RD_KAFKA_RESOURCE_BROKER, "\(broker)", "broker \(broker)", timeout)
    }

    private func settings(
        _ type: rd_kafka_ResourceType_t, _ name: String, _ title: String, _ timeout: Duration
    ) throws -> [String: String] {
        let operation = "read the settings of \(title)"
        guard let resource = rd_kafka_ConfigResource_new(type, name) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, operation)
        }
        defer { rd_kafka_ConfigResource_destroy(resource) }
        var settings: [String: String] = [:]
        try ask(operation, timeout) { options, queue in
            var resources: [OpaquePointer?] = [resource]
            rd_kafka_DescribeConfigs(client.handle, &resources, 1, options, queue)
        } answer: { event in
            var count = 0
            let found = rd_kafka_DescribeConfigs_result_resources(
                rd_kafka_event_DescribeConfigs_result(event), &count)
            for index in 0..<count {
                guard let entry = found?[index] else { continue }
                let code = rd_kafka_ConfigResource_error(entry)
                if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                    throw KafkaError(
                        code, operation,
                        reason: rd_kafka_ConfigResource_error_string(entry).map { String(cString: $0) })
                }
                var size = 0
                let values = rd_kafka_ConfigResource_configs(entry, &size)
                for place in 0..<size {
                    guard let value = values?[place], let name = rd_kafka_ConfigEntry_name(value) else { continue }
                    settings[String(cString: name)] = rd_kafka_ConfigEntry_value(value).map { String(cString: $0) }
                }
            }
        }
        return settings
    }

    /// Returns the names of all consumer groups of the cluster, sorted.
    ///
    /// - Parameter timeout: how long to wait for an answer.
    public func groups(timeout: Duration = .seconds(10)) throws -> [String] {
        var list: UnsafePointer<rd_kafka_group_list>?
        try check(
            rd_kafka_list_groups(client.handle, nil, &list, timeout.clampedMilliseconds), "list the groups")
        guard let list else { return [] }
        defer { rd_kafka_group_list_destroy(list) }
        return UnsafeBufferPointer(start: list.pointee.groups, count: Int(list.pointee.group_cnt))
            .compactMap { $0.group.map { String(cString: $0) } }.sorted()
    }

    /// Returns the current number of members of a group; 0 if the group does not exist.
    ///
    /// - Parameters:
    ///   - group: the name of the group.
    ///   - timeout: how long to wait for an answer.
    public func memberCount(of group: String, timeout: Duration = .seconds(10)) throws -> Int {
        var list: UnsafePointer<rd_kafka_group_list>?
        try check(
            rd_kafka_list_groups(client.handle, group, &list, timeout.clampedMilliseconds), "look at group \(group)")
        guard let list else { return 0 }
        defer { rd_kafka_group_list_destroy(list) }
        return UnsafeBufferPointer(start: list.pointee.groups, count: Int(list.pointee.group_cnt))
            .reduce(0) { $0 + Int($1.member_cnt) }
    }

    /// Returns all offsets that a group has committed, of all topics.
    ///
    /// - Parameters:
    ///   - group: the name of the group.
    ///   - timeout: how long to wait for an answer.
    public func committedOffsets(of group: String, timeout: Duration = .seconds(10)) throws -> [CommittedOffset] {
        guard let wanted = rd_kafka_ListConsumerGroupOffsets_new(group, nil) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "name group \(group)")
        }
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(wanted) }
        var found: [CommittedOffset] = []
        try ask("read the offsets of group \(group)", timeout) { options, queue in
            var groups: [OpaquePointer?] = [wanted]
            rd_kafka_ListConsumerGroupOffsets(client.handle, &groups, 1, options, queue)
        } answer: { event in
            var count = 0
            let results = rd_kafka_ListConsumerGroupOffsets_result_groups(
                rd_kafka_event_ListConsumerGroupOffsets_result(event), &count)
            for index in 0..<count {
                guard let result = results?[index] else { continue }
                if let error = rd_kafka_group_result_error(result) {
                    throw KafkaError(
                        rd_kafka_error_code(error), "read the offsets of group \(group)",
                        reason: rd_kafka_error_string(error).map { String(cString: $0) })
                }
                if let list = rd_kafka_group_result_partitions(result) {
                    found += try PartitionList.offsets(
                        UnsafeMutablePointer(mutating: list), "read the committed offset")
                }
            }
        }
        return found
    }

    /// Returns the offsets of the first record of a partition (`low`) and of the next record to be written (`high`).
    ///
    /// - Parameters:
    ///   - partition: the partition.
    ///   - timeout: how long to wait for an answer.
    public func watermarks(
        of partition: TopicPartition, timeout: Duration = .seconds(10)
    ) throws -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(
                client.handle, partition.topic, partition.partition, &low, &high, timeout.clampedMilliseconds),
            "ask for the offsets of \(partition)")
        return (low, high)
    }

    private func ask(
        _ operation: String, _ timeout: Duration, _ request: (OpaquePointer?, OpaquePointer) -> Void,
        answer: (OpaquePointer) throws -> Void
    ) throws {
        guard let queue = rd_kafka_queue_new(client.handle) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation)
        }
        defer { rd_kafka_queue_destroy(queue) }
        request(nil, queue)
        guard let event = rd_kafka_queue_poll(queue, timeout.clampedMilliseconds) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, operation)
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(code, operation, reason: rd_kafka_event_error_string(event).map { String(cString: $0) })
        }
        try answer(event)
    }
}

extension KafkaError {
    /// Whether a topic could not be created because it exists already.
    public var isTopicThere: Bool { code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS.rawValue }
}
