import Foundation
import Logging
import NIOCore

/// The files of a broker with a data folder. Changes are written before they are acknowledged, so that they survive the
/// death of the process (but not of the machine, as files are not synced).
///
///     topics/NAME/PARTITION/00000000000000000000.log    batches as they are in the log; a new file every 128 MiB
///     journal.jsonl                                      everything else, an entry a line
final class BrokerJournal {
    enum Entry: Codable {
        case topic(name: String, partitions: Int, settings: [String: String])
        case topicRemoved(name: String)
        /// Producer ids below this number may be in use.
        case producerIDs(below: Int64)
        case recordsRemoved(TopicPartitionKey, before: Int64)
        case offsets(group: String, offsets: [StoredOffset])
        case groupRemoved(String)
        case offsetsRemoved(group: String, partitions: [TopicPartitionKey])
        case pending(group: String, producerID: Int64, offsets: [StoredOffset])
        case transaction(StoredTransaction)
        /// The end of the transaction is decided; its markers follow in the logs.
        case ending(StoredTransaction)
    }

    struct StoredOffset: Codable {
        let partition: TopicPartitionKey
        let value: Group.Offset

        init(_ partition: TopicPartitionKey, _ value: Group.Offset) {
            self.partition = partition
            self.value = value
        }
    }

    struct StoredTransaction: Codable {
        let id: String
        let producerID: Int64
        let epoch: Int16
        let timeout: Int32
        let state: Transaction.State
        let partitions: [TopicPartitionKey]
        let groups: [String]
    }

    private let folder: String
    private let logger: Logger
    private let encoder = JSONEncoder()
    private var descriptor: Int32 = -1
    private var segments: [TopicPartitionKey: (descriptor: Int32, size: Int)] = [:]

    private static let segmentSize = 128 << 20

    init(folder: String, logger: Logger) throws {
        self.folder = folder
        self.logger = logger
        try FileManager.default.createDirectory(atPath: folder + "/topics", withIntermediateDirectories: true)
        descriptor = open(folder + "/journal.jsonl", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw BrokerError("\(folder) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close() }

    func close() {
        if descriptor >= 0 { Foundation.close(descriptor) }
        descriptor = -1
        for segment in segments.values { Foundation.close(segment.descriptor) }
        segments = [:]
    }

    func note(_ entry: Entry) {
        guard descriptor >= 0, var line = try? encoder.encode(entry) else { return }
        line.append(UInt8(ascii: "\n"))
        line.withUnsafeBytes { write($0, to: descriptor) }
    }

    func append(_ batch: RecordBatch, to partition: TopicPartitionKey) {
        guard descriptor >= 0 else { return }
        var segment = segments[partition] ?? (-1, 0)
        if segment.descriptor < 0 || segment.size >= Self.segmentSize {
            if segment.descriptor >= 0 { Foundation.close(segment.descriptor) }
            let path = directory(partition)
            try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let name = path + "/" + Self.name(batch.baseOffset)
            segment = (open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644), 0)
            if segment.descriptor < 0 { logger.error("\(name) cannot be written: \(String(cString: strerror(errno)))") }
        }
        batch.bytes.withUnsafeReadableBytes { write($0, to: segment.descriptor) }
        segment.size += batch.bytes.readableBytes
        segments[partition] = segment
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            guard let base = bytes.baseAddress else { return }
            let count = Foundation.write(descriptor, base + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                logger.critical("the broker's files cannot be written: \(String(cString: strerror(errno)))")
                return
            }
            done += count
        }
    }

    private static func name(_ offset: Int64) -> String {
        let digits = String(offset)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".log"
    }

    private func directory(_ partition: TopicPartitionKey) -> String {
        "\(folder)/topics/\(partition.topic)/\(partition.partition)"
    }

    // MARK: Restoring

    /// Reads all entries in order. Removes an incomplete last line.
    func entries() throws -> [Entry] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/journal.jsonl"))
        let decoder = JSONDecoder()
        var entries: [Entry] = []
        var end = data.startIndex
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            guard line.endIndex < data.endIndex, let entry = try? decoder.decode(Entry.self, from: line) else { break }
            entries.append(entry)
            end = line.endIndex + 1
        }
        if end < data.endIndex {
            logger.warning("the broker's journal ends with \(data.endIndex - end) bytes of an entry that was cut short")
            ftruncate(descriptor, off_t(end))
        }
        lseek(descriptor, 0, SEEK_END)
        return entries
    }

    /// Reads all batches of a partition in order. Removes an incomplete last batch.
    func batches(of partition: TopicPartitionKey) throws -> [RecordBatch] {
        let path = directory(partition)
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".log") }
        var batches: [RecordBatch] = []
        for name in names.sorted() {
            let file = path + "/" + name
            var bytes = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: file)))
            let size = bytes.readableBytes
            do {
                while let batch = try RecordBatch(from: &bytes) { batches.append(batch) }
            } catch {
                logger.warning("\(file) is damaged from byte \(size - bytes.readableBytes) on: \(error)")
            }
            if bytes.readableBytes > 0 {
                logger.warning("\(file) ends with \(bytes.readableBytes) bytes of a batch that was cut short")
                truncate(file, off_t(size - bytes.readableBytes))
            }
        }
        return batches
    }

    func forgetTopic(_ name: String, partitions: Int) {
        for partition in 0..<Int32(partitions) {
            if let segment = segments.removeValue(forKey: TopicPartitionKey(topic: name, partition: partition)) {
                Foundation.close(segment.descriptor)
            }
        }
        try? FileManager.default.removeItem(atPath: "\(folder)/topics/\(name)")
    }
}

/// An error of a ``KafkaTestBroker``.
///
/// ```swift
/// do {
///     try await broker.createTopic("orders", partitions: 3)
/// } catch let error as BrokerError {
///     print(error)    // topic orders cannot be made: topicAlreadyExists
/// }
/// ```
public struct BrokerError: Error, CustomStringConvertible, Sendable {
    /// A description of what failed, and why.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension Transaction {
    var stored: BrokerJournal.StoredTransaction {
        BrokerJournal.StoredTransaction(
            id: id, producerID: producerID, epoch: epoch, timeout: timeout, state: state, partitions: Array(partitions),
            groups: Array(groups))
    }

    init(_ stored: BrokerJournal.StoredTransaction) {
        self.init(
            id: stored.id, producerID: stored.producerID, epoch: stored.epoch, timeout: stored.timeout,
            state: stored.state, partitions: Set(stored.partitions), groups: Set(stored.groups))
    }
}
