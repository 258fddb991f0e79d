import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

@testable import KafkaChild

/// A broker that is away, from the start or later, for longer than anything waits: with the default restart strategy the
/// pipeline goes on by itself when the broker is back, and its output is that of an undisturbed run.
@Suite(.serialized, .timeLimit(.minutes(20))) struct OutageTests {
    static let records = TestPipeline.records(600)

    /// Longer than a start waits for its broker, and than a transaction may stay open. `MILLRACE_SOAK=1`: ten minutes.
    static let outage = Duration.seconds(Soak.isOn ? 600 : 22)

    static func prepare(_ rig: KafkaRig) throws {
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        try rig.send(records, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
    }

    static func pipeline(_ rig: KafkaRig, _ shape: TestPipeline) -> Pipeline {
        var configuration = rig.configuration
        configuration["socket.timeout.ms"] = "1000"
        configuration["transaction.timeout.ms"] = "3000"
        configuration["message.timeout.ms"] = "2500"
        configuration["reconnect.backoff.max.ms"] = "500"
        return shape.make(
            Kafka(configuration, transactionalID: rig.name), name: rig.name, from: rig.topic("in"),
            to: rig.topic("out"), recordsPerSecond: 100)
    }

    @Test(arguments: [DeliveryGuarantee.exactlyOnce, .atLeastOnce])
    func itIsWaitedFor(delivery: DeliveryGuarantee) async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try Self.prepare(rig)
        let folder = try TemporaryFolder()
        let log = LogLines()
        var options = rig.options(delivery, folder: folder.path, every: .milliseconds(200))
        options.restart = RunOptions().restart
        options.logger = log.logger()
        let settled = options
        let run = Task { try await Self.pipeline(rig, .keyed).run(settled) }
        try await Task.sleep(for: .seconds(1))
        try await broker.crash()
        try await Task.sleep(for: Self.outage)
        try await broker.restart()
        let status = try await run.value
        #expect(status.restarts > 0, "\(log.all)")
        #expect(log.all.contains { $0.contains("starts again in") && $0.contains("broker listens at") }, "\(log.all)")
        if delivery == .exactlyOnce {
            try TestPipeline.keyed.expectExact(rig, Self.records)
        } else {
            let values = try rig.values(of: "out")
            #expect(Set(values) == Set(TestPipeline.keyed.expected(Self.records)))
        }
        try await rig.stop()
    }

    /// The broker comes after the pipeline.
    @Test(arguments: [DeliveryGuarantee.exactlyOnce, .atLeastOnce])
    func itIsNotThereAtFirst(delivery: DeliveryGuarantee) async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try Self.prepare(rig)
        try await broker.crash()
        let folder = try TemporaryFolder()
        var options = rig.options(delivery, folder: folder.path)
        options.restart = RunOptions().restart
        let settled = options
        let run = Task { try await Self.pipeline(rig, .windowed).run(settled) }
        try await Task.sleep(for: .seconds(2))
        try await broker.restart()
        _ = try await run.value
        try TestPipeline.windowed.expectExact(rig, Self.records)
        try await rig.stop()
    }

    /// Configured otherwise, it is not waited for.
    @Test func neverMeansNever() async throws {
        let rig = try await KafkaRig()
        try await rig.stop()
        let folder = try TemporaryFolder()
        let options = rig.options(.exactlyOnce, folder: folder.path)
        let error = await #expect(throws: SinkError.self) { try await Self.pipeline(rig, .keyed).run(options) }
        #expect(error?.isTransient == true)
    }
}
