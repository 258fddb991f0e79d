import Foundation
import Logging
import RDKafka

/// Sends records in transactions, together with a group's offsets.
final class ReplayProducer {
    private let producer: KafkaProducer

    /// How long a call is repeated if a broker cannot be reached.
    private static let patience = Duration.seconds(60)
    private static let timeout = Duration.seconds(10)

    /// Fences all other replays with this id, and waits until the transaction that they left open is aborted.
    init(_ configuration: KafkaConfiguration, transactionalID: String, logger: Logger) throws {
        producer = try KafkaProducer(
            // librdkafka's default of 60 s is short for a transaction of many records on a slow connection.
            configuration.withDefaults(["transaction.timeout.ms": "180000"]), transactionalID: transactionalID,
            logger: logger)
        try Self.patiently { try producer.initTransactions(timeout: Self.timeout) }
    }

    /// Sends records and commits positions in one transaction.
    func send(_ records: [ReplayedRecord], positions: [CommittedOffset] = [], group: String? = nil) throws {
        if records.isEmpty, positions.isEmpty { return }
        try producer.beginTransaction()
        do {
            for record in records { try produce(record) }
            if let group, !positions.isEmpty {
                let metadata = try GroupMetadata(group: group)
                try Self.patiently {
                    try producer.sendOffsets(positions, group: metadata, timeout: Self.timeout)
                }
            }
        } catch {
            abort()
            throw explained(error)
        }
        try commit(group)
    }

    private func commit(_ group: String?) throws {
        do {
            try Self.patiently { try producer.commitTransaction(timeout: Self.timeout) }
        } catch let error as KafkaError where error.isRetriable && !error.isAbortable && !error.isFatal {
            throw CommandError(
                "\(error). It is open whether the last transaction came to its end. "
                    + (group == nil
                        ? "Look whether its records arrived before you send them again"
                        : "Replay again: it goes on where it is, and nothing is sent twice"))
        } catch {
            abort()
            throw explained(error)
        }
    }

    private func produce(_ record: ReplayedRecord) throws {
        func send(_ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?) throws {
            try producer.produce(
                record.topic, key: key, value: value, headers: record.headers, timestamp: record.timestamp)
        }
        func lend(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
            if let bytes { try bytes.withUnsafeBytes { try body($0) } } else { try body(nil) }
        }
        do {
            try lend(record.key) { key in try lend(record.value) { value in try send(key, value) } }
        } catch let error as KafkaError where !error.isFatal && !error.isAbortable && !error.isUnauthorised {
            throw CommandError("\(record.source): \(error). Choose others with filters, or mend it with --through")
        }
    }

    /// Aborts the transaction. A failure is ignored: the broker aborts the transaction after its timeout, or when the
    /// next replay begins.
    private func abort() { try? producer.abortTransaction(timeout: Self.timeout) }

    private func explained(_ error: any Error) -> any Error {
        guard let error = error as? KafkaError else { return error }
        if error.isFenced {
            return CommandError("another replay has taken over: it sends what this one would have sent (\(error.name))")
        }
        return error
    }

    private static func patiently(_ work: () throws -> Void) throws {
        let end = ContinuousClock.now + patience
        while true {
            do { return try work() } catch let error as KafkaError
                where error.isRetriable && !error.isAbortable && !error.isFatal && ContinuousClock.now < end
            {
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }

    func close() { producer.close() }
}
