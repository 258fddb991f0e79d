import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// An operator that does not go on: what waits stays with the broker.
@Suite(.timeLimit(.minutes(20))) struct BackpressureTests {
    @Test func aStalledSinkLeavesRecordsAtTheBroker() async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 1)
        let value = String(repeating: "x", count: 1000)
        try rig.send([String](repeating: value, count: 40_000), to: "in", key: { _ in nil })
        var configuration = rig.configuration
        configuration["queued.max.messages.kbytes"] = "1024"
        configuration["fetch.message.max.bytes"] = "262144"
        let kafka = Kafka(configuration)
        let seen = Seen()
        let mayGoOn = DispatchSemaphore(value: 0)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(kafka.source(rig.topic("in"), decoding: .string))
                .forEach { _ in
                    // Stands still at its first record until it is stopped.
                    if seen.all.isEmpty {
                        seen.note("one")
                        mayGoOn.wait()
                    }
                }
        }
        let stop = PipelineStop()
        let options = rig.options(.atLeastOnce, folder: nil)
        let run = Task { _ = try await pipeline.run(options, stop: stop) }
        try await GroupTests.wait(rig) { !seen.all.isEmpty }
        try await Task.sleep(for: .milliseconds(1000))
        let early = broker.faults.requests(of: .fetch)
        try await Task.sleep(for: .milliseconds(1000))
        // A megabyte is asked for in a few requests; nobody asks for the other 39 meanwhile.
        let late = broker.faults.requests(of: .fetch)
        #expect(late - early <= 2, "\(late - early) more requests while everything stood still")
        stop.request()
        mayGoOn.signal()
        try await run.value
        try await rig.stop()
    }
}
