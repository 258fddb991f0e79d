import ArgumentParser
import Foundation
import Logging
import Millrace
import MillraceKafka
import RDKafka
import Synchronization

/// Runs a pipeline from a topic of its own into the table.
struct Trials {
    let address: String
    let table: any MessageTable

    /// Messages a second, from the first that reaches the operator to the last that is acknowledged.
    func run(messages: Int, size: Int, concurrency: Int) async throws -> Double {
        let topic = "messages-" + UUID().uuidString.prefix(8).lowercased()
        try post(messages, to: topic)
        try await table.clear()
        let (began, ended) = (Moment(), Moment())
        let kafka = Kafka(brokers: address)
        let pipeline = Pipeline("bulk-insert-\(topic)") { [table] graph in
            var source = KafkaSourceOptions()
            source.stopsAtLatest = true
            let arrived = graph.source(kafka.source(topic, decoding: .record(.string), options: source))
                .map { record in
                    began.noteFirst()
                    return Message(partition: record.partition, offset: record.offset, text: record.value)
                }
            // The difference between one by one and in batches is this one line.
            let inserted =
                size == 1
                ? arrived.forEachAsync(concurrency: .fixed(concurrency)) { try await table.insert($0) }
                : arrived.batches(of: size, concurrency: .fixed(concurrency)) { batch in
                    try await table.insert(batch.records)
                    return .succeeded
                }
            inserted.forEach { _ in ended.noteLast() }
        }
        var options = RunOptions(checkpoints: .init(every: .seconds(1)))
        options.delivery = .atLeastOnce
        options.logger.logLevel = .error
        try await pipeline.run(options)
        let count = try await table.count
        guard count == messages, let first = began.time, let last = ended.time else {
            throw ValidationError("\(count) of \(messages) messages are in the table")
        }
        return Double(messages) / (last - first).inSeconds
    }

    private func post(_ count: Int, to topic: String) throws {
        var logger = Logger(label: "bulk-insert")
        logger.logLevel = .error
        let configuration = KafkaConfiguration(brokers: address)
        try KafkaAdmin(configuration, logger: logger).createTopic(topic, partitions: 1)
        let producer = try KafkaProducer(configuration, logger: logger)
        defer { producer.close() }
        for number in 0..<count {
            try Array("message \(number)".utf8).withUnsafeBytes {
                try producer.produce(topic, partition: 0, key: nil, value: $0)
            }
        }
        try producer.flush(timeout: .seconds(60))
    }
}

/// A moment that is noted by a task and read afterwards.
final class Moment: Sendable {
    private let noted = Mutex<ContinuousClock.Instant?>(nil)

    func noteFirst() { noted.withLock { if $0 == nil { $0 = .now } } }
    func noteLast() { noted.withLock { $0 = .now } }
    var time: ContinuousClock.Instant? { noted.withLock { $0 } }
}
