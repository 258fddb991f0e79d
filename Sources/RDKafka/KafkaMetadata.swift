import CMillraceRDKafka

/// Requests for a cluster's metadata.
enum KafkaMetadata {
    static func topics(_ handle: OpaquePointer, named name: String?, timeout: Duration) throws -> [String: Int] {
        var topic: OpaquePointer?
        if let name {
            topic = rd_kafka_topic_new(handle, name, nil)
            guard topic != nil else { throw KafkaError(rd_kafka_last_error(), "name topic \(name)") }
        }
        defer { if let topic { rd_kafka_topic_destroy(topic) } }
        var found: UnsafePointer<rd_kafka_metadata>?
        try check(
            rd_kafka_metadata(handle, name == nil ? 1 : 0, topic, &found, timeout.clampedMilliseconds),
            "ask for \(name.map { "topic \($0)" } ?? "the topics")")
        guard let found else { return [:] }
        defer { rd_kafka_metadata_destroy(found) }
        var topics: [String: Int] = [:]
        for entry in UnsafeBufferPointer(start: found.pointee.topics, count: Int(found.pointee.topic_cnt)) {
            guard let text = entry.topic else { continue }
            let topicName = String(cString: text)
            if entry.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                guard name != nil else { continue }
                throw KafkaError(entry.err, "find topic \(topicName)")
            }
            topics[topicName] = Int(entry.partition_cnt)
        }
        return topics
    }

    /// Returns the id of any broker of the cluster.
    static func anyBroker(_ handle: OpaquePointer, timeout: Duration) throws -> Int32 {
        var found: UnsafePointer<rd_kafka_metadata>?
        try check(rd_kafka_metadata(handle, 0, nil, &found, timeout.clampedMilliseconds), "ask for the brokers")
        guard let found else { throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_BROKER, "ask for the brokers") }
        defer { rd_kafka_metadata_destroy(found) }
        guard found.pointee.broker_cnt > 0 else {
            throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_BROKER, "ask for the brokers")
        }
        return found.pointee.brokers[0].id
    }
}
