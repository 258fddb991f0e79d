import Foundation
import Millrace
import MillraceKafka
import RDKafka

/// A member of a group that passes records from topic to topic, exactly once, with transactions that stay open for long.
struct GroupMember {
    let brokers: String
    let group: String
    let interval: Duration

    func run(from input: String, to output: String, rate: Double) async {
        var configuration = KafkaConfiguration(brokers: brokers)
        configuration["session.timeout.ms"] = "6000"
        configuration["heartbeat.interval.ms"] = "500"
        // Not what saves a member that was taken for dead.
        configuration["transaction.timeout.ms"] = "120000"
        let kafka = Kafka(configuration)
        let pipeline = Pipeline(group) { graph in
            graph.source(
                kafka.source(
                    input, decoding: .record(.string), group: group,
                    options: KafkaSourceOptions(membership: .group())), recordsPerSecond: rate
            )
            .sink(
                kafka.sink(output) { (record: KafkaRecord<String>, outgoing) in
                    outgoing.setKey("\(record.partition)")
                    outgoing.setValue(record.value)
                })
        }
        var options = RunOptions(checkpoints: CheckpointOptions(every: interval))
        options.logger.logLevel = .error
        do { try await pipeline.run(options) } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }
}
