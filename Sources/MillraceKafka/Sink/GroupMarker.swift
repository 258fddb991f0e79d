import Millrace
import RDKafka

/// The marker of earlier versions, which had no checkpoint topic: a committed offset of the group
/// `<transactional id>-checkpoints`, with the state folder's identity as its metadata. It is read at start, never
/// written.
enum GroupMarker {
    private static let format = "millrace 1 "

    static func read(
        _ id: String, topics: [String], _ consumer: KafkaConsumer, timeout: Duration
    ) throws -> CommitMarker? {
        let found = try Patience.unmoved.retrying(until: .now.advanced(by: timeout)) {
            try consumer.committed(topics.map { TopicPartition($0, 0) }, timeout: $0)
        }
        return found.compactMap { entry in
            guard entry.metadata.hasPrefix(format) else { return nil }
            return CommitMarker(
                folder: String(entry.metadata.dropFirst(format.count)),
                checkpoint: CheckpointNumber(UInt64(entry.offset)))
        }.max { $0.checkpoint < $1.checkpoint }
    }
}
