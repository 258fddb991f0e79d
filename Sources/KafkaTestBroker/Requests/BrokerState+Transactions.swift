import NIOCore

/// Requests of transactional producers.
extension BrokerState {
    func initProducerID(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let id = try reader.nullableString()
        let timeout: Int32 = try reader.integer()
        var known: (Int64, Int16)?
        if version >= 3 { known = (try reader.integer(), try reader.integer()) }
        var result: (error: KafkaErrorCode, producerID: Int64, epoch: Int16) = (.none, -1, -1)
        if let forced {
            result.error = forced
        } else {
            result = initProducer(id, timeout: timeout, known: known, version: version)
        }
        var writer = WireWriter(flexible: version >= 2)
        writer.throttle()
        writer.error(result.error)
        writer.integer(result.producerID)
        writer.integer(result.epoch)
        writer.tags()
        reply.send(writer)
    }

    func addPartitionsToTransaction(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let id = try reader.string()
        let producerID: Int64 = try reader.integer()
        let epoch: Int16 = try reader.integer()
        let topics = try reader.array { (try $0.string(), try $0.array { try $0.integer(Int32.self) }) }
        let keys = topics.flatMap { topic in topic.1.map { TopicPartitionKey(topic: topic.0, partition: $0) } }
        let isMissing = keys.contains { log($0) == nil }
        var error = forced ?? .none
        if error == .none, !isMissing {
            error = add(id, producerID, epoch, partitions: keys, group: nil, knowsFenced: reply.version >= 2)
        }
        var writer = WireWriter()
        writer.throttle()
        writer.array(topics) { writer, topic in
            writer.string(topic.0)
            writer.array(topic.1) { writer, partition in
                writer.integer(partition)
                let isThere = log(TopicPartitionKey(topic: topic.0, partition: partition)) != nil
                // All or none: if one partition does not exist, the others get OPERATION_NOT_ATTEMPTED (55).
                if error == .none, isMissing {
                    writer.integer(isThere ? Int16(55) : KafkaErrorCode.unknownTopicOrPartition.rawValue)
                } else {
                    writer.error(error)
                }
            }
        }
        reply.send(writer)
    }

    func addOffsetsToTransaction(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let id = try reader.string()
        let producerID: Int64 = try reader.integer()
        let epoch: Int16 = try reader.integer()
        let group = try reader.string()
        var writer = WireWriter()
        writer.throttle()
        writer.error(
            forced ?? add(id, producerID, epoch, partitions: [], group: group, knowsFenced: reply.version >= 2))
        reply.send(writer)
    }

    func endTransaction(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let id = try reader.string()
        let producerID: Int64 = try reader.integer()
        let epoch: Int16 = try reader.integer()
        let commits = try reader.bool()
        var writer = WireWriter()
        writer.throttle()
        writer.error(
            forced ?? endTransaction(id, producerID, epoch, commits: commits, knowsFenced: reply.version >= 2))
        reply.send(writer)
    }
}
