import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import MillraceTesting
import RDKafka
import Testing

@testable import KafkaChild

/// SIGKILL for pipelines and brokers at random moments, and two instances of one pipeline at a time: the output is that of
/// an undisturbed run. `MILLRACE_SOAK=1` for the long form.
@Suite(.serialized, .timeLimit(.minutes(20))) struct KafkaKillTests {

    static func prepare(_ rig: KafkaRig, _ records: [String]) throws {
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        try rig.send(records, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
    }

    @Test(arguments: TestPipeline.allCases)
    func killedPipelines(shape: TestPipeline) async throws {
        let kills = Soak.isOn ? 60 : 10
        let records = TestPipeline.records(kills * 500)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("killed pipelines, \(shape): seed \(seed)")
        var random = SeededRandom(seed: seed)
        let rig = try await KafkaRig()
        try Self.prepare(rig, records)
        let folder = try TemporaryFolder()
        var done: Int64 = 0
        // Enough is to be done between the kills for them to matter, however slow the machine is.
        for kill in 1...kills * 4 where kill <= kills || done == 0 {
            let child = try ChildProcess.pipeline(
                rig, shape, folder: folder.path, parallelism: [1, 2, 4].randomElement(using: &random) ?? 1,
                recordsPerSecond: 300)
            let time = Double.random(in: 0.05...0.7, using: &random)
            try await Task.sleep(for: .seconds(kill <= kills ? time : time * 4))
            child.kill9()
            if kill >= kills { done = try rig.committed("in", group: rig.name).values.reduce(0, +) }
        }
        #expect(done > 0 && done < records.count, "\(done) of \(records.count) records before the last run")
        let last = try ChildProcess.pipeline(
            rig, shape, folder: folder.path, parallelism: 2, recordsPerSecond: 100_000)
        let (status, message) = last.finish()
        #expect(status == 0, "\(message)")
        try shape.expectExact(rig, records, "seed \(seed)")
        try await rig.stop()
    }

    /// The broker, a process of its own with a data folder, is killed and started again while a pipeline runs.
    @Test(arguments: TestPipeline.allCases)
    func killedBrokers(shape: TestPipeline) async throws {
        guard ProcessInfo.processInfo.environment["MILLRACE_KAFKA"] == nil else { return }
        let kills = Soak.isOn ? 10 : 3
        let records = TestPipeline.records(kills * 600)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("killed brokers, \(shape): seed \(seed)")
        var random = SeededRandom(seed: seed)
        let data = try TemporaryFolder()
        let port = try await Self.freePort()
        var broker = try Self.startBroker(data.path, port)
        let rig = try await KafkaRig(address: "127.0.0.1:\(port)")
        try Self.prepare(rig, records)
        let folder = try TemporaryFolder()
        let child = try ChildProcess.pipeline(
            rig, shape, folder: folder.path, parallelism: 2, recordsPerSecond: 150)
        for _ in 0..<kills {
            try await Task.sleep(for: .seconds(Double.random(in: 0.3...1.2, using: &random)))
            broker.kill9()
            try await Task.sleep(for: .seconds(Double.random(in: 0...0.3, using: &random)))
            broker = try Self.startBroker(data.path, port)
        }
        let (status, message) = child.finish()
        #expect(status == 0, "\(message)")
        try shape.expectExact(rig, records, "seed \(seed)")
        broker.kill9()
    }

    private static func freePort() async throws -> Int {
        let broker = try await KafkaTestBroker.start()
        defer { Task { try await broker.stop() } }
        let port = broker.port
        try await broker.stop()
        return port
    }

    private static func startBroker(_ folder: String, _ port: Int) throws -> ChildProcess {
        try ChildProcess("kafka-test-broker", ["--data", folder, "--port", "\(port)", "--log-level", "error"])
    }

    /// A second instance, with a copy of the state folder, takes over while the first stands still; when that wakes up it
    /// finds itself shut out, and writes nothing.
    @Test(arguments: TestPipeline.allCases)
    func aZombieWritesNothing(shape: TestPipeline) async throws {
        let records = TestPipeline.records(1200)
        let rig = try await KafkaRig()
        try Self.prepare(rig, records)
        let folder = try TemporaryFolder()
        let first = try ChildProcess.pipeline(
            rig, shape, folder: folder.file("first"), parallelism: 2, recordsPerSecond: 200)
        try await Task.sleep(for: .seconds(1.5))
        try await GroupTests.wait(rig) { try rig.committed("in", group: rig.name).values.contains { $0 > 0 } }
        first.signal(SIGSTOP)
        try FileManager.default.copyItem(atPath: folder.file("first"), toPath: folder.file("second"))
        let second = try ChildProcess.pipeline(
            rig, shape, folder: folder.file("second"), parallelism: 1, recordsPerSecond: 100_000)
        let (status, message) = second.finish()
        #expect(status == 0, "\(message)")
        try shape.expectExact(rig, records)
        first.signal(SIGCONT)
        let (zombieStatus, zombieMessage) = first.finish()
        #expect(zombieStatus == 1)
        #expect(zombieMessage.contains("another instance has taken over"), "\(zombieMessage)")
        try shape.expectExact(rig, records)
        try await rig.stop()
    }
}
