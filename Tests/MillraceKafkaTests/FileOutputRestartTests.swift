import Foundation
import KafkaTestSupport
import Millrace
import MillraceFiles
import MillraceKafka
import Synchronization
import Testing

/// Files written from Kafka without a state folder: the group keeps the positions, and the process its numbers.
@Suite struct FileOutputRestartTests {
    struct Once: Error {}

    @Test func aRestartInTheProcessGoesOn() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        try rig.send((0..<2000).map { "\($0)" }, to: "in")
        let folder = try TemporaryFolder()
        let kafka = Kafka(rig.configuration)
        let failures = Mutex(0)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .string, group: rig.name,
                    options: KafkaSourceOptions(stopsAtLatest: true)
                ),
                recordsPerSecond: 2000
            )
            .map { value in
                // Three times, each after some checkpoints.
                if let number = Int(value), number > 0, number % 500 == 0, number / 500 > failures.withLock({ $0 }) {
                    failures.withLock { $0 += 1 }
                    throw Once()
                }
                return value
            }
            .sink(.lines(directory: folder.path + "/out"))
        }
        var options = RunOptions(checkpoints: CheckpointOptions(every: .milliseconds(50)))
        options.delivery = .atLeastOnce
        options.logger.logLevel = .critical
        options.restart = .fixedDelay(attempts: 10, delay: .milliseconds(10))
        let status = try await pipeline.run(options)
        #expect(status.restarts == 3)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out")
        #expect(names.filter { $0.hasPrefix(".part-") } == [])
        let lines = try names.filter { $0.hasPrefix("part-") }.flatMap {
            try String(contentsOfFile: folder.path + "/out/" + $0, encoding: .utf8).split(separator: "\n")
                .compactMap { Int($0) }
        }
        // At least once: nothing is missing.
        #expect(Set(lines) == Set(0..<2000))
        try await rig.stop()
    }
}
