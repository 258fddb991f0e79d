import ArgumentParser
import Foundation
import KafkaTestBroker
import Logging
import UnixSignals

/// A program that runs a `KafkaTestBroker`.
@main
struct KafkaTestBrokerProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka-test-broker", abstract: "Runs a Kafka broker for tests and demonstrations.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for any free port.")
    var port = 9092

    @Option(help: "Folder for logs and offsets (default: memory only).")
    var data: String?

    @Option(help: "The number of partitions of automatically created topics.")
    var partitions = 1

    @Option(help: "A topic to create at start, NAME or NAME:PARTITIONS; may be repeated.")
    var topic: [String] = []

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String = "notice"

    func run() async throws {
        var settings = KafkaTestBroker.Configuration()
        settings.host = host
        settings.port = port
        settings.dataDirectory = data
        settings.defaultPartitions = partitions
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level must be one of trace ... critical, got \(logLevel)")
        }
        settings.logger.logLevel = level
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let broker = try await KafkaTestBroker.start(settings)
        let known = try await broker.topics()
        for entry in topic {
            let parts = entry.split(separator: ":")
            let count = parts.count > 1 ? Int(parts[1]) : partitions
            guard let name = parts.first, let count else {
                throw ValidationError("--topic takes NAME:PARTITIONS, got \(entry)")
            }
            if known[String(name)] == nil { try await broker.createTopic(String(name), partitions: count) }
        }
        try FileHandle.standardOutput.write(contentsOf: Data("listening on \(broker.address)\n".utf8))
        for await _ in signals { break }
        try await broker.stop()
    }
}
