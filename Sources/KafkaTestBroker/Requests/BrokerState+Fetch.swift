import Foundation
import NIOCore

/// Requests for reading records.
extension BrokerState {
    struct FetchPart {
        let partition: Int32
        let offset: Int64
        let limit: Int
    }

    /// A fetch request, which may wait until there is enough to read.
    struct WaitingFetch {
        let topics: [(name: String, parts: [FetchPart])]
        let isCommittedOnly: Bool
        let minimum: Int
        let maximum: Int
        let reply: PendingReply
        let forced: KafkaErrorCode?
    }

    func fetch(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let _: Int32 = try reader.integer()
        let wait: Int32 = try reader.integer()
        let minimum: Int32 = try reader.integer()
        let maximum: Int32 = try reader.integer()
        let isolation: Int8 = try reader.integer()
        if version >= 7 {
            let _: Int32 = try reader.integer()
            let _: Int32 = try reader.integer()
        }
        let topics = try reader.array { reader in
            (
                name: try reader.string(),
                parts: try reader.array { reader in
                    let partition: Int32 = try reader.integer()
                    if version >= 9 { let _: Int32 = try reader.integer() }
                    let offset: Int64 = try reader.integer()
                    if version >= 5 { let _: Int64 = try reader.integer() }
                    return FetchPart(partition: partition, offset: offset, limit: Int(try reader.integer(Int32.self)))
                }
            )
        }
        let fetch = WaitingFetch(
            topics: topics, isCommittedOnly: isolation == 1, minimum: Int(minimum), maximum: Int(maximum), reply: reply,
            forced: forced)
        if wait <= 0 || isDue(fetch) { return answer(fetch) }
        nextFetch += 1
        let number = nextFetch
        waitingFetches[number] = fetch
        loop.scheduleTask(in: .milliseconds(Int64(wait))) { [self] in
            if let fetch = waitingFetches.removeValue(forKey: number) { answer(fetch) }
        }
    }

    /// Returns whether a fetch can be answered: there is enough to read, or an error.
    private func isDue(_ fetch: WaitingFetch) -> Bool {
        if fetch.forced != nil { return true }
        var bytes = 0
        for topic in fetch.topics {
            for part in topic.parts {
                guard let log = log(TopicPartitionKey(topic: topic.name, partition: part.partition)),
                    part.offset >= log.startOffset, part.offset <= log.endOffset
                else { return true }
                bytes += log.available(
                    from: part.offset, limit: fetch.minimum - bytes, committedOnly: fetch.isCommittedOnly)
                if bytes >= fetch.minimum { return true }
            }
        }
        return fetch.minimum <= 0
    }

    func wakeFetches(of partition: TopicPartitionKey) {
        for (number, fetch) in waitingFetches {
            guard
                fetch.topics.contains(where: { topic in
                    topic.name == partition.topic && topic.parts.contains { $0.partition == partition.partition }
                }), isDue(fetch)
            else { continue }
            waitingFetches[number] = nil
            answer(fetch)
        }
    }

    private func answer(_ fetch: WaitingFetch) {
        let version = fetch.reply.version
        var writer = WireWriter()
        writer.throttle()
        if version >= 7 {
            writer.error(.none)
            writer.integer(Int32(0))
        }
        var left = fetch.maximum
        var isFirst = true
        writer.array(fetch.topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.parts) { writer, part in
                let log = log(TopicPartitionKey(topic: topic.name, partition: part.partition))
                var error = KafkaErrorCode.none
                var reading = PartitionLog.Reading()
                if let forced = fetch.forced {
                    error = forced
                } else if let log {
                    if part.offset < log.startOffset || part.offset > log.endOffset {
                        error = .offsetOutOfRange
                    } else {
                        reading = log.read(
                            from: part.offset, limit: min(part.limit, left), committedOnly: fetch.isCommittedOnly,
                            atLeastOne: isFirst)
                    }
                } else {
                    error = .unknownTopicOrPartition
                }
                left = max(0, left - reading.bytes)
                if reading.bytes > 0 { isFirst = false }
                writer.integer(part.partition)
                writer.error(error)
                writer.integer(log?.endOffset ?? -1)
                writer.integer(log?.lastStableOffset ?? -1)
                if version >= 5 { writer.integer(log?.startOffset ?? -1) }
                writer.array(reading.aborted) { writer, aborted in
                    writer.integer(aborted.producerID)
                    writer.integer(aborted.first)
                }
                if version >= 11 { writer.integer(Int32(-1)) }
                writer.pieces(reading.pieces)
            }
        }
        fetch.reply.send(writer)
    }

    func listOffsets(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let _: Int32 = try reader.integer()
        let isCommittedOnly = version >= 2 ? try reader.integer(Int8.self) == 1 : false
        let topics = try reader.array { reader in
            (
                name: try reader.string(),
                parts: try reader.array { reader in
                    let partition: Int32 = try reader.integer()
                    if version >= 4 { let _: Int32 = try reader.integer() }
                    return (partition, try reader.integer(Int64.self))
                }
            )
        }
        var writer = WireWriter()
        if version >= 2 { writer.throttle() }
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.parts) { writer, part in
                let (partition, time) = part
                let log = log(TopicPartitionKey(topic: topic.name, partition: partition))
                var found: (offset: Int64, time: Int64) = (-1, -1)
                if let log {
                    switch time {
                    case -1: found = (isCommittedOnly ? log.lastStableOffset : log.endOffset, -1)
                    case -2: found = (log.startOffset, -1)
                    default:
                        if let first = log.offset(at: time), !isCommittedOnly || first.offset < log.lastStableOffset {
                            found = first
                        }
                    }
                }
                writer.integer(partition)
                writer.error(forced ?? (log == nil ? .unknownTopicOrPartition : .none))
                writer.integer(found.time)
                writer.integer(found.offset)
                if version >= 4 { writer.integer(Int32(0)) }
            }
        }
        reply.send(writer)
    }

    /// Answers with the end of the partition, as there is only one leader epoch, 0.
    func offsetForLeaderEpoch(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        if version >= 3 { let _: Int32 = try reader.integer() }
        let topics = try reader.array { reader in
            (
                name: try reader.string(),
                parts: try reader.array { reader in
                    let partition: Int32 = try reader.integer()
                    let current = version >= 2 ? try reader.integer(Int32.self) : -1
                    return (partition: partition, current: current, epoch: try reader.integer(Int32.self))
                }
            )
        }
        var writer = WireWriter()
        if version >= 2 { writer.throttle() }
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            writer.array(topic.parts) { writer, part in
                let log = log(TopicPartitionKey(topic: topic.name, partition: part.partition))
                var error = forced ?? (log == nil ? .unknownTopicOrPartition : .none)
                if error == .none, part.current > 0 { error = .unknownLeaderEpoch }
                let isKnown = error == .none && part.epoch == 0
                writer.error(error)
                writer.integer(part.partition)
                if version >= 1 { writer.integer(Int32(isKnown ? 0 : -1)) }
                writer.integer(isKnown ? log?.endOffset ?? -1 : -1)
            }
        }
        reply.send(writer)
    }

    func deleteRecords(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let topics = try reader.array { reader in
            (try reader.string(), try reader.array { (try $0.integer(Int32.self), try $0.integer(Int64.self)) })
        }
        var writer = WireWriter()
        writer.throttle()
        writer.array(topics) { writer, topic in
            writer.string(topic.0)
            writer.array(topic.1) { writer, part in
                let key = TopicPartitionKey(topic: topic.0, partition: part.0)
                let error = deleteRecords(key, before: part.1)
                writer.integer(part.0)
                writer.integer(log(key)?.startOffset ?? -1)
                writer.error(error)
            }
        }
        reply.send(writer)
    }

    /// Deletes records of a partition.
    ///
    /// - Parameter offset: the first offset that is kept; -1 to delete all records.
    func deleteRecords(_ key: TopicPartitionKey, before offset: Int64) -> KafkaErrorCode {
        guard let log = log(key) else { return .unknownTopicOrPartition }
        let offset = offset == -1 ? log.endOffset : offset
        guard offset >= log.startOffset, offset <= log.endOffset else { return .offsetOutOfRange }
        log.deleteRecords(before: offset)
        journal?.note(.recordsRemoved(key, before: offset))
        return .none
    }
}
