import Foundation
import KafkaTestSupport
import RDKafka

/// Short ways of asking a cluster for things.
struct Client {
    let rig: KafkaRig

    func producer(_ id: String? = nil, timeout: Duration = .seconds(30), settings: [String: String] = [:]) throws
        -> KafkaProducer
    {
        var configuration = rig.configuration
        for (name, value) in settings { configuration[name] = value }
        if id != nil { configuration["transaction.timeout.ms"] = "\(Int(timeout / .milliseconds(1)))" }
        let producer = try KafkaProducer(
            configuration, transactionalID: id.map { "\(rig.name)-\($0)" }, logger: rig.logger)
        if id != nil { try Client.patiently { try producer.initTransactions(timeout: .seconds(20)) } }
        return producer
    }

    func consumer(_ group: String, settings: [String: String] = [:]) throws -> KafkaConsumer {
        var configuration = rig.configuration
        for (name, value) in settings { configuration[name] = value }
        return try KafkaConsumer(configuration, group: "\(rig.name)-\(group)", logger: rig.logger)
    }

    func send(_ producer: KafkaProducer, _ base: String, _ partition: Int32, _ values: String...) throws {
        for value in values {
            try Array(value.utf8).withUnsafeBytes {
                try producer.produce(rig.topic(base), partition: partition, key: nil, value: $0)
            }
        }
    }

    func place(_ base: String, _ partition: Int32 = 0) -> TopicPartition { TopicPartition(rig.topic(base), partition) }

    /// Again while the cluster is not ready.
    static func patiently<R>(_ call: () throws -> R) throws -> R {
        let deadline = Date().addingTimeInterval(30)
        while true {
            do { return try call() } catch let error as KafkaError where error.isRetriable && Date() < deadline {
                usleep(100_000)
            }
        }
    }

    /// Returns when `condition` holds; throws after a while.
    static func wait(_ what: String, _ seconds: Double = 30, until condition: () throws -> Bool) async throws {
        let deadline = Date().addingTimeInterval(seconds)
        while try !condition() {
            guard Date() < deadline else { throw KafkaRigError("\(what) did not come about within \(seconds) s") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func reader(committedOnly: Bool) throws -> KafkaConsumer {
        try consumer(
            "reader-\(UUID().uuidString)",
            settings: [
                "isolation.level": committedOnly ? "read_committed" : "read_uncommitted",
                "auto.offset.reset": "error",
            ])
    }

    /// Values of a partition from `offset` on.
    func read(_ place: TopicPartition, from offset: Int64 = 0, committedOnly: Bool = true) throws -> [(Int64, String)] {
        let consumer = try reader(committedOnly: committedOnly)
        defer { consumer.close() }
        return try read(place, from: offset, with: consumer)
    }

    func read(_ place: TopicPartition, from offset: Int64, with consumer: KafkaConsumer) throws -> [(Int64, String)] {
        let queue = try consumer.queue(of: place)
        try consumer.assign([CommittedOffset(place, offset)])
        var found: [(Int64, String)] = []
        let deadline = Date().addingTimeInterval(30)
        while Date() < deadline {
            switch queue.head {
            case .nothing: usleep(1000)
            case .end: return found
            case .failure(let error): throw error
            case .record(let message):
                found.append((message.offset, message.value.map { String(decoding: $0, as: UTF8.self) } ?? "nil"))
                queue.advance()
            }
        }
        throw KafkaRigError("reading \(place) from \(offset) did not come to its end")
    }
}
