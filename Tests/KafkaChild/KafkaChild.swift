import Foundation
import Millrace
import MillraceKafka
import RDKafka

/// One of the test pipelines in a process of its own, to be killed:
/// `KafkaChild BROKERS TRANSACTIONAL-ID INPUT OUTPUT SHAPE STATE-FOLDER PARALLELISM RECORDS-PER-SECOND`.
/// With `-` for STATE-FOLDER, a member of a group that passes records on; PARALLELISM is then its checkpoints' interval, s.
@main
struct KafkaChild {
    static func main() async {
        let words = CommandLine.arguments
        guard words.count == 9, let shape = TestPipeline(rawValue: words[5]), let tasks = Int(words[7]),
            let rate = Double(words[8])
        else {
            print("wrong arguments: \(words.dropFirst().joined(separator: " "))")
            exit(64)
        }
        if words[6] == "-" {
            let member = GroupMember(brokers: words[1], group: words[2], interval: .seconds(tasks))
            return await member.run(from: words[3], to: words[4], rate: rate)
        }
        let kafka = Kafka(KafkaConfiguration(brokers: words[1]), transactionalID: words[2])
        let pipeline = shape.make(kafka, name: words[2], from: words[3], to: words[4], recordsPerSecond: rate)
        var options = RunOptions(checkpoints: CheckpointOptions(directory: words[6], every: .milliseconds(40)))
        options.parallelism = .tasks(tasks)
        options.logger.logLevel = .error
        options.restart = .fixedDelay(attempts: 100, delay: .milliseconds(100))
        do {
            try await pipeline.run(options)
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }
}
