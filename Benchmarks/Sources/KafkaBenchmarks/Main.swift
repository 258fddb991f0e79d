import ArgumentParser
import CKafkaLoop
import Foundation
import KafkaTestBroker
import Millrace
import MillraceKafka
import RDKafka

/// What Kafka costs: raw reading, windows from topic to topic exactly once, and how long a record takes through.
@main
struct KafkaBenchmarks: AsyncParsableCommand {
    @Option(help: "Records for reading and windows.")
    var records = 5_000_000

    @Option(help: "Which: raw, windows, latency, stalled or all.")
    var only = "all"

    @Option(help: "A cluster, host:port (default: a broker in this process).")
    var brokers: String?

    @Flag(help: .hidden)
    var serve = false

    @Option(help: "Seconds of the latency measurement.")
    var seconds = 15

    func run() async throws {
        if serve { return try await ServedBroker.serve() }
        if only == "all" || only == "stalled" { try await stalled() }
        let broker = brokers == nil ? try await KafkaTestBroker.start() : nil
        let bench = KafkaBench(address: brokers ?? broker?.address ?? "", broker: broker)
        if only == "all" || only == "raw" || only == "windows" { try await bench.fill(records) }
        if only == "all" || only == "raw" { try await bench.raw(records) }
        if only == "all" || only == "windows" {
            try await bench.windows(records)
            try await bench.steps(records)
        }
        if only == "all" || only == "latency" { try await bench.latency(seconds: seconds) }
        try await broker?.stop()
    }

    private func stalled() async throws {
        let served = brokers == nil ? try ServedBroker() : nil
        defer { served?.stop() }
        let bench = KafkaBench(address: brokers ?? served?.address ?? "", broker: nil)
        try await bench.fill(records * 2)
        try await bench.stalled(records * 2)
    }
}
