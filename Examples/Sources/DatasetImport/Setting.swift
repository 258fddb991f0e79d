import ArgumentParser
import Foundation
import Logging
import Millrace
import MillraceDatabases
import MillraceKafka
import MillraceSQL
import RDKafka

/// Where everything is; the same for all instances.
struct Setting: ParsableArguments, Sendable {
    @Option(help: "The cluster, host:port.")
    var brokers = "localhost:9092"

    @Option(
        help:
            "The database: \(DatabaseAddress.expected) (default: \(DatabaseAddress.variable) in the environment, where nobody sees a password)."
    )
    var database: String?

    @Option(help: "What the names of the tables begin with.")
    var tables = ""

    @Option(help: "The job's name; its topics and group are named for it.")
    var job = "flights-2013"

    @Option(help: "How the end is known: \(Way.allCases.map(\.rawValue).joined(separator: ", ")).")
    var way = Way.batchTable

    @Option(help: "Folder for the checkpoints of the ledger, or of the single loop; shared by the instances.")
    var state = "state/dataset-import"

    @Option(help: "Seconds between two questions of await-and-poll.")
    var poll = 20.0

    var batches: String { "\(job)-batches" }
    var events: String { "\(job)-events" }
    var rows: String { "\(job)-rows" }
    var verdicts: String { "\(job)-verdicts" }

    func openDatabase() throws -> any SQLDatabase { try DatabaseAddress.named(database).database() }

    func table() throws -> FlightTable { FlightTable(database: try openDatabase(), prefix: tables) }

    /// An instance that dies is missed after six seconds; its partitions then go to the others, and what it had begun is
    /// given up by the broker.
    var kafka: Kafka {
        var configuration = KafkaConfiguration(brokers: brokers)
        configuration["session.timeout.ms"] = "6000"
        configuration["heartbeat.interval.ms"] = "500"
        configuration["transaction.timeout.ms"] = "6000"
        return Kafka(configuration)
    }

    var logger: Logger {
        var logger = Logger(label: "dataset-import")
        logger.logLevel = .error
        return logger
    }

    /// For pipelines whose positions are the group's.
    var shared: RunOptions {
        var options = RunOptions(checkpoints: .init(every: .milliseconds(200)))
        options.logger = logger
        options.restart = .exponential(attempts: 10, initial: .milliseconds(200), maximum: .seconds(5))
        return options
    }

    /// For pipelines with state: one instance runs them, the others stand by.
    func standBy(_ name: String) -> RunOptions {
        var checkpoints = CheckpointOptions(directory: "\(state)/\(job)-\(name)", every: .milliseconds(200))
        checkpoints.standsBy = true
        var options = shared
        options.checkpoints = checkpoints
        return options
    }
}
