import ArgumentParser
import Foundation
import KafkaTestBroker
import Logging
import Millrace
import MillraceKafka
import RDKafka

/// When to commit offsets: 100 orders in 3 partitions, a crash at the eighth, a restart, for each way of committing. Prints
/// which orders were lost or handled twice, why, and how fast each way is without a crash.
@main
struct OffsetCommits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what each way of committing offsets loses or repeats when a consumer crashes.")

    @Option(help: "A cluster, host:port (default: a broker of its own, in memory).")
    var brokers: String?

    @Option(help: "Orders in each run with a crash.")
    var orders = 100

    @Option(help: "The record at which the consumer crashes.")
    var crashAt = 8

    @Option(help: "Orders in each run that measures throughput.")
    var measured = 3000

    func validate() throws {
        if orders < 1 || measured < 1 { throw ValidationError("--orders and --measured must be at least 1") }
        if crashAt < 1 || crashAt > orders { throw ValidationError("--crash-at must be between 1 and \(orders)") }
    }

    func run() async throws {
        let broker = brokers == nil ? try await KafkaTestBroker.start() : nil
        let address = brokers ?? broker?.address ?? ""
        print("\(orders) orders in 3 partitions, a crash at record \(crashAt), a restart; Kafka at \(address)\n")
        print(ResultRow.header)
        for way in CommitWay.all {
            let trial = Trial(way: way, address: address)
            let outcome = try await trial.crash(at: crashAt, orders: orders)
            let rate = try await trial.throughput(orders: measured)
            print(ResultRow(way: way, outcome: outcome, recordsPerSecond: rate).text)
        }
        print("\nLost: never handled. Repeated: handled once before the crash and once after the restart.")
        try await broker?.stop()
    }
}
