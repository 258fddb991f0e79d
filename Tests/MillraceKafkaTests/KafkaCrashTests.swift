import Foundation
import KafkaTestBroker
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// Exactly-once from topic to topic: a crash at every step of the commit protocol, then a restart at another parallelism.
/// A reader of committed records sees what an undisturbed run writes.
@Suite struct KafkaCrashTests {
    enum Shape: CaseIterable { case stateless, keyed, windowed }

    static let points: [(String, @Sendable (CheckpointNumber) -> CrashPoint)] = [
        ("beforeBarriers", { .beforeBarriers($0) }), ("sourceNoted", { .sourceNoted($0) }),
        ("encoded", { .encoded($0) }), ("handedIn", { .handedIn($0) }), ("outputDurable", { .outputDurable($0) }),
        ("insideCommit", { .insideCommit($0) }), ("prepared", { .prepared($0) }),
        ("outputCommitted", { .outputCommitted($0) }), ("committed", { .committed($0) }),
        ("published", { .published($0) }),
    ]

    static let count = 600

    static func prepare(_ rig: KafkaRig) throws {
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("out", partitions: 2)
        let values = (0..<count).map { "\($0 % 7),\($0 * 10)" }
        try rig.send(values, to: "in", key: { _ in nil }, partition: { Int32($0 % 2) })
    }

    static func pipeline(_ rig: KafkaRig, _ shape: Shape) -> Pipeline {
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        return Pipeline(rig.name) { graph in
            var source = KafkaSourceOptions()
            source.endsAtLatest = true
            let records = graph.source(
                kafka.source(rig.topic("in"), decoding: .string, group: rig.name, options: source), name: "in",
                eventTime: { Timestamp(milliseconds: Int64($0.split(separator: ",")[1]) ?? 0) },
                watermarks: .boundedOutOfOrder(by: .milliseconds(500)), recordsPerSecond: 600)
            switch shape {
            case .stateless:
                records.sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
            case .keyed:
                records.keyed { String($0.prefix(1)) }.fold(into: 0) { count, _ in count += 1 }.named("counts")
                    .sink(kafka.sink(rig.topic("out")) { $1.setValue("\($0.key) \($0.value)") })
            case .windowed:
                records.keyed { String($0.prefix(1)) }.tumblingWindow(of: .milliseconds(200))
                    .fold(into: 0) { count, _ in count += 1 }.named("windows")
                    .sink(kafka.sink(rig.topic("out")) { $1.setValue("\($0.key) \($0.window) \($0.value)") })
            }
        }
    }

    static func undisturbed(_ shape: Shape) async throws -> [String] {
        let rig = try await KafkaRig()
        try prepare(rig)
        let folder = try TemporaryFolder()
        try await pipeline(rig, shape).run(rig.options(.exactlyOnce, folder: folder.path))
        let values = try rig.values(of: "out").sorted()
        try await rig.stop()
        return values
    }

    @Test(arguments: Shape.allCases)
    func aCrashAtAnyStepIsNotSeen(shape: Shape) async throws {
        let expected = try await Self.undisturbed(shape)
        #expect(expected.count >= 7)
        for (round, (name, point)) in Self.points.enumerated() {
            let rig = try await KafkaRig()
            try Self.prepare(rig)
            let folder = try TemporaryFolder()
            var options = rig.options(.exactlyOnce, folder: folder.path, every: .milliseconds(30))
            options.parallelism = .tasks(round % 3 + 1)
            for checkpoint in [2, 3] as [UInt64] {
                let wanted = point(CheckpointNumber(checkpoint))
                options.crash = CrashSwitch { if $0 == wanted { throw SimulatedCrash(at: $0) } }
                await #expect(throws: SimulatedCrash.self, "\(name) of \(checkpoint)") {
                    try await Self.pipeline(rig, shape).run(options)
                }
            }
            options.crash = .off
            options.parallelism = .tasks((round + 1) % 4 + 1)
            try await Self.pipeline(rig, shape).run(options)
            #expect(try rig.values(of: "out").sorted() == expected, "after crashes at \(name)")
            try await rig.stop()
        }
    }

    /// As above, but the run restarts by itself.
    @Test(arguments: Shape.allCases)
    func aFailureIsMendedByARestart(shape: Shape) async throws {
        let expected = try await Self.undisturbed(shape)
        for (name, point) in Self.points {
            let rig = try await KafkaRig()
            try Self.prepare(rig)
            let folder = try TemporaryFolder()
            var options = rig.options(.exactlyOnce, folder: folder.path, every: .milliseconds(30))
            options.restart = .fixedDelay(attempts: 3, delay: .milliseconds(10))
            let wanted = point(CheckpointNumber(3))
            let once = Once()
            options.crash = CrashSwitch {
                if $0 == wanted, once.first() {
                    throw PipelineError.failed(
                        operatorID: "test", partition: "", position: "", cause: KafkaRigError(name))
                }
            }
            try await Self.pipeline(rig, shape).run(options)
            #expect(!once.first(), "\(name) was not reached")
            #expect(try rig.values(of: "out").sorted() == expected, "after a failure at \(name)")
            try await rig.stop()
        }
    }
}
