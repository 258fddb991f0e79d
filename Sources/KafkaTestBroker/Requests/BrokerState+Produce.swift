import Foundation
import NIOCore

/// Requests for appending records.
extension BrokerState {
    func produce(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        _ = try reader.nullableString()
        let acks: Int16 = try reader.integer()
        let _: Int32 = try reader.integer()
        let entries = try reader.array { reader in
            (
                topic: try reader.string(),
                partitions: try reader.array { reader in
                    (partition: try reader.integer(Int32.self), records: try reader.nullableBytes())
                }
            )
        }
        var writer = WireWriter()
        writer.array(entries) { writer, entry in
            writer.string(entry.topic)
            writer.array(entry.partitions) { writer, part in
                let key = TopicPartitionKey(topic: entry.topic, partition: part.partition)
                let (error, offset, time) = append(part.records ?? ByteBuffer(), to: key)
                writer.integer(part.partition)
                writer.error(error)
                writer.integer(offset)
                writer.integer(time ?? -1)
                if version >= 5 { writer.integer(log(key)?.startOffset ?? -1) }
                if version >= 8 {
                    writer.count(0)
                    writer.string(nil)
                }
            }
        }
        writer.throttle()
        if acks == 0 { reply.sendNothing() } else { reply.send(writer) }
    }

    private func append(_ records: ByteBuffer, to key: TopicPartitionKey) -> (KafkaErrorCode, Int64, time: Int64?) {
        if let forced { return (forced, -1, nil) }
        guard let log = log(key) else { return (.unknownTopicOrPartition, -1, nil) }
        let settings = topics[key.topic]?.settings ?? [:]
        let limit = settings["max.message.bytes"].flatMap { Int($0) } ?? configuration.maximumMessageBytes
        let time =
            settings["message.timestamp.type"] == "LogAppendTime" ? Int64(Date().timeIntervalSince1970 * 1000) : nil
        var rest = records
        var first: Int64?
        do {
            while rest.readableBytes > 0 {
                guard var batch = try RecordBatch(from: &rest) else { throw KafkaErrorCode.corruptMessage }
                if batch.bytes.readableBytes > limit { throw KafkaErrorCode.messageTooLarge }
                guard !batch.isControl, batch.isDense else { throw KafkaErrorCode.invalidRecord }
                if let time { batch.stamp(time) }
                switch log.judge(batch) {
                case .refuse(let error): throw error
                case .duplicate(let offset): first = first ?? offset
                case .append:
                    if batch.isTransactional, let error = refusal(of: batch, to: key) { throw error }
                    let offset = append(batch, to: key)
                    first = first ?? offset
                }
            }
        } catch { return (error as? KafkaErrorCode ?? .corruptMessage, -1, nil) }
        return (.none, first ?? log.endOffset, time)
    }
}
