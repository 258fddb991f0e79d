import Foundation
package import Logging
import Millrace
package import RDKafka

/// A record of the checkpoint topic: the checkpoint that the surrounding transaction commits.
package struct CheckpointNote: Codable, Equatable, Sendable {
    /// The version of this record's format.
    var format = 1
    /// The id of the run that wrote the note. A run that finds the note of another one has been replaced by it.
    package var owner: String
    /// The identity of the state folder; empty if there is none.
    package var folder: String
    /// The number of the last checkpoint that was committed.
    package var checkpoint: UInt64

    /// The marker that a start compares with its state folder.
    var marker: CommitMarker? {
        folder.isEmpty ? nil : CommitMarker(folder: folder, checkpoint: CheckpointNumber(checkpoint))
    }
}

/// The topic `millrace-checkpoints-<transactional id>`, in which each transaction records its checkpoint. It has one
/// partition and is compacted, so that its last record is kept permanently. (A group's committed offset would expire
/// with the group, and show up as lag.) Sources that read topics by a pattern ignore these topics.
package struct CheckpointTopic: Sendable {
    /// The name of the topic.
    package let name: String
    private let id: String
    private let configuration: KafkaConfiguration
    private let logger: Logger

    /// Small segments: notes are few and short, and only the last one is read.
    private static let settings = ["cleanup.policy": "compact", "segment.bytes": "16777216", "segment.ms": "86400000"]
    /// The number of offsets before the end that are read first: notes and the control records of their transactions.
    private static let tail: Int64 = 64

    package init(transactionalID id: String, _ configuration: KafkaConfiguration, logger: Logger) {
        self.id = id
        name = Self.name(for: id)
        self.configuration = configuration
        self.logger = logger
    }

    /// The prefix of all checkpoint topics' names.
    private static var prefix: String { CheckpointTopicName.prefix }

    /// Names of topics consist of letters, digits, `.`, `_` and `-`. In an id, other characters are replaced, and a
    /// hash is appended that keeps such ids distinct.
    static func name(for id: String) -> String {
        let isPlain = { (byte: UInt8) in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 95].contains(byte)
        }
        let bytes = Array(id.utf8)
        let limit = 249 - prefix.utf8.count
        if bytes.allSatisfy(isPlain), bytes.count <= limit { return prefix + id }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let plain = bytes.map { isPlain($0) ? $0 : UInt8(ascii: "_") }.prefix(limit - 17)
        return prefix + String(decoding: plain, as: UTF8.self) + "-" + String(hash, radix: 16)
    }

    // MARK: Creating the topic

    /// Creates the topic if it does not exist.
    ///
    /// - Throws: `SinkError` if it exists with another cleanup policy than `compact`, which would remove the notes, or
    ///   if it may not be created.
    func create() throws {
        let admin = try KafkaAdmin(configuration, logger: logger)
        do {
            let policy = try admin.settings(ofTopic: name)["cleanup.policy"] ?? "compact"
            guard policy == "compact" else {
                throw SinkError(
                    "Topic \(name) keeps the notes of this pipeline's checkpoints, and its cleanup.policy is '\(policy)', which removes them after a while",
                    advice: "Set its cleanup.policy to compact")
            }
            return
        } catch let error as KafkaError where error.isUnknownTopic {
            // Created below.
        } catch let error as KafkaError where error.isUnauthorised {
            logger.warning(
                "topic \(name) keeps the notes of this pipeline's checkpoints, and its settings may not be read: see that its cleanup.policy is compact (\(error))"
            )
        }
        do { try admin.createTopic(name, partitions: 1, settings: Self.settings) } catch let error as KafkaError {
            if error.isTopicThere { return }
            guard error.isUnauthorised else { throw error }
            if try admin.topics()[name] != nil { return }
            throw SinkError(
                "Exactly-once output keeps the notes of its checkpoints in topic \(name), which is not there and may not be made: \(error)",
                advice: "Make it, with one partition and cleanup.policy=compact, or give this client the right to")
        }
        logger.notice("made topic \(name) for the notes of this pipeline's checkpoints")
    }

    // MARK: Reading and writing

    /// Returns the last committed note; `nil` if there is none.
    package func last(timeout: Duration) throws -> CheckpointNote? {
        var configuration = configuration
        // Ignores notes of aborted transactions, and never reads from a follower, which may lag behind.
        configuration["isolation.level"] = "read_committed"
        configuration["client.rack"] = nil
        let consumer = try KafkaConsumer(configuration, group: name, logger: logger)
        defer { consumer.close() }
        let partition = TopicPartition(name, 0)
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let (low, high) = try Patience.unmoved.retrying(until: deadline, acceptsUnknownTopics: true) {
            try consumer.watermarks(of: partition, timeout: $0)
        }
        var begin = max(low, high - Self.tail)
        var step = Self.tail
        while begin < high {
            if let note = try read(partition, from: begin, consumer, deadline) { return note }
            if begin == low { return nil }
            step *= 8
            begin = max(low, begin - step)
        }
        return nil
    }

    /// Returns the last note at or after an offset.
    private func read(
        _ partition: TopicPartition, from offset: Int64, _ consumer: KafkaConsumer, _ deadline: ContinuousClock.Instant
    ) throws -> CheckpointNote? {
        let queue = try consumer.queue(of: partition)
        try consumer.assign([CommittedOffset(partition, offset)])
        var found: CheckpointNote?
        while true {
            switch queue.head {
            case .nothing:
                guard ContinuousClock.now < deadline else {
                    throw SinkError(
                        "The notes of checkpoints in topic \(name) could not be read to their end in time",
                        advice: "See whether an open transaction of '\(id)' holds it back", isTransient: true)
                }
                usleep(1000)
            case .record(let message):
                if let note = try note(in: message) { found = note }
                queue.advance()
            case .end: return found
            case .failure(let error):
                guard error.isTransient || error.isUnknownTopic, ContinuousClock.now < deadline else { throw error }
                queue.advance()
            }
        }
    }

    private func note(in message: KafkaMessage) throws -> CheckpointNote? {
        guard let key = message.key, key.elementsEqual(id.utf8), let value = message.value else { return nil }
        do {
            let note = try JSONDecoder().decode(CheckpointNote.self, from: Data(value))
            if note.format == 1 { return note }
        } catch {}
        throw SinkError(
            "The record at offset \(message.offset) of topic \(name) is not a note of a checkpoint that this version can read",
            advice: "See that nothing else writes to that topic, or use the version that wrote it")
    }

    /// Adds a note to the producer's open transaction.
    func write(_ note: CheckpointNote, to producer: KafkaProducer) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let value = try encoder.encode(note)
        try Array(id.utf8).withUnsafeBytes { key in
            try value.withUnsafeBytes { try producer.produce(name, partition: 0, key: key, value: $0) }
        }
    }
}
