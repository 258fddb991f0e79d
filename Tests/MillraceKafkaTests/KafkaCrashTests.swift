import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

@testable import KafkaChild

/// Exactly-once from topic to topic: a crash at every step of the commit protocol, then a restart at another parallelism.
/// A reader of committed records sees what an undisturbed run writes.
@Suite(.timeLimit(.minutes(20))) struct KafkaCrashTests {
    static let points: [(String, @Sendable (CheckpointNumber) -> CommitStep)] = [
        ("beforeBarriers", { .beforeBarriers($0) }), ("sourceNoted", { .sourceNoted($0) }),
        ("encoded", { .encoded($0) }), ("handedIn", { .handedIn($0) }), ("outputDurable", { .outputDurable($0) }),
        ("insideCommit", { .insideCommit($0) }), ("prepared", { .prepared($0) }),
        ("outputCommitted", { .outputCommitted($0) }), ("committed", { .committed($0) }),
        ("published", { .published($0) }),
    ]

    static let records = TestPipeline.records(600)

    static func prepare(_ rig: KafkaRig) throws {
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        try rig.send(records, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
    }

    static func pipeline(_ rig: KafkaRig, _ shape: TestPipeline) -> Pipeline {
        shape.make(
            Kafka(rig.configuration, transactionalID: rig.name), name: rig.name, from: rig.topic("in"),
            to: rig.topic("out"), recordsPerSecond: 600)
    }

    @Test(arguments: TestPipeline.allCases)
    func undisturbed(shape: TestPipeline) async throws {
        let rig = try await KafkaRig()
        try Self.prepare(rig)
        let folder = try TemporaryFolder()
        try await Self.pipeline(rig, shape).run(rig.options(.exactlyOnce, folder: folder.path))
        try shape.expectExact(rig, Self.records)
        try await rig.stop()
    }

    @Test(arguments: TestPipeline.allCases)
    func aCrashAtAnyStepIsNotSeen(shape: TestPipeline) async throws {
        for (round, (name, point)) in Self.points.enumerated() {
            let rig = try await KafkaRig()
            try Self.prepare(rig)
            let folder = try TemporaryFolder()
            var options = rig.options(.exactlyOnce, folder: folder.path, every: .milliseconds(30))
            options.parallelism = .tasks(round % 3 + 1)
            for checkpoint in [1, 2] as [UInt64] {
                let wanted = point(CheckpointNumber(checkpoint))
                options.crash = CrashSwitch { if $0 == wanted { throw SimulatedCrash(at: $0) } }
                await #expect(throws: SimulatedCrash.self, "\(name) of \(checkpoint)") {
                    try await Self.pipeline(rig, shape).run(options)
                }
            }
            options.crash = .off
            options.parallelism = .tasks((round + 1) % 4 + 1)
            try await Self.pipeline(rig, shape).run(options)
            try shape.expectExact(rig, Self.records, "after crashes at \(name)")
            try await rig.stop()
        }
    }

    /// As above, but the run restarts by itself.
    @Test(arguments: TestPipeline.allCases)
    func aFailureIsMendedByARestart(shape: TestPipeline) async throws {
        for (name, point) in Self.points {
            let rig = try await KafkaRig()
            try Self.prepare(rig)
            let folder = try TemporaryFolder()
            var options = rig.options(.exactlyOnce, folder: folder.path, every: .milliseconds(30))
            options.restart = .fixedDelay(attempts: 3, delay: .milliseconds(10))
            let wanted = point(CheckpointNumber(2))
            let once = Once()
            options.crash = CrashSwitch {
                if $0 == wanted, once.first() {
                    throw PipelineError.failed(
                        operatorID: "test", partition: "", position: "", cause: KafkaRigError(name))
                }
            }
            try await Self.pipeline(rig, shape).run(options)
            #expect(!once.first(), "\(name) was not reached")
            try shape.expectExact(rig, Self.records, "after a failure at \(name)")
            try await rig.stop()
        }
    }
}
