import ArgumentParser
import Foundation
import Millrace
import MillraceKafka
import RDKafka
import ServiceLifecycle

/// One of the processes: takes jobs of its partitions, and says what it did.
struct Worker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Works off jobs until it is stopped (SIGTERM).")

    @Option(help: "The cluster, host:port.")
    var brokers = "localhost:9092"

    @Option(help: "The topic of the jobs, and the group's name.")
    var jobs: String

    @Option(help: "The topic that says what was done.")
    var done: String

    @Option(help: "This worker's name.")
    var name: String

    @Option(help: "Milliseconds that a job takes.")
    var milliseconds = 5

    func run() async throws {
        var configuration = KafkaConfiguration(brokers: brokers)
        // A worker that dies is missed after this; its partitions then go to the others.
        configuration["session.timeout.ms"] = "6000"
        configuration["heartbeat.interval.ms"] = "500"
        // What it had begun is given up by the broker after this.
        configuration["transaction.timeout.ms"] = "6000"
        let kafka = Kafka(configuration)
        let (name, pause) = (name, UInt32(milliseconds * 1000))
        let pipeline = Pipeline("fan-out-\(name)") { graph in
            graph.source(
                kafka.source(
                    jobs, decoding: .string, group: jobs, options: KafkaSourceOptions(membership: .group()))
            )
            .map { job in
                usleep(pause)
                return Done(job: Int(job) ?? -1, worker: name)
            }
            .sink(kafka.sink(done, jsonKeyedBy: { "\($0.job)" }))
        }
        var options = RunOptions(checkpoints: .init(every: .milliseconds(250)))
        options.logger.logLevel = .error
        let group = ServiceGroup(
            services: [pipeline.service(options)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: options.logger)
        try await group.run()
    }
}
