import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

@testable import MillraceCLI

/// `millrace checkpoint`: a checkpoint whose outcome nobody knows any more.
@Suite(.timeLimit(.minutes(5))) struct CheckpointCommandTests {
    static func pipeline(_ rig: KafkaRig) -> Pipeline {
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        return Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .string, options: KafkaSourceOptions(stopsAtLatest: true)),
                name: "numbers", recordsPerSecond: 200
            )
            .keyed { _ in 0 }.fold(into: 0) { count, _ in count += 1 }.named("count")
            .sink(kafka.sink(rig.topic("out")) { $1.setValue("\($0.value)") })
        }
    }

    /// Runs until checkpoint 3 is prepared, or committed, and dies.
    static func interrupted(isCommitted: Bool) async throws -> (KafkaRig, TemporaryFolder) {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        try rig.send((0..<60).map { "\($0)" }, to: "in")
        let folder = try TemporaryFolder()
        let third = CheckpointNumber(3)
        let point: CommitStep = isCommitted ? .outputCommitted(third) : .prepared(third)
        var options = rig.options(.exactlyOnce, folder: folder.path, every: .milliseconds(30))
        options.crash = CrashSwitch { if $0 == point { throw KafkaRigError("dies here") } }
        let settled = options
        await #expect(throws: (any Error).self) { try await pipeline(rig).run(settled) }
        return (rig, folder)
    }

    static func millrace(_ words: String...) throws -> MillraceRun.Result {
        try MillraceRun(["checkpoint"] + words).finish()
    }

    @Test(arguments: [true, false])
    func aLostNoteIsMadeUpFor(isCommitted: Bool) async throws {
        let (rig, folder) = try await Self.interrupted(isCommitted: isCommitted)
        let topic = "millrace-checkpoints-\(rig.name)"
        let shown = try Self.millrace(
            "show", "--state", folder.path, "--ask-kafka", "--transactional-id", rig.name, "--brokers", rig.address)
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.output.contains("prepared    checkpoint 3") && shown.output.contains("counts      checkpoint 2"))
        #expect(shown.output.contains("checkpoint \(isCommitted ? 3 : 2) was committed"))
        #expect(shown.output.contains("\(rig.topic("in"))/0") && shown.output.contains("offset"))
        // As long as the note is there, the other answer is refused.
        let refused = try Self.millrace(
            "resolve", isCommitted ? "--drop" : "--keep", "--state", folder.path, "--ask-kafka", "--transactional-id",
            rig.name, "--brokers", rig.address)
        #expect(refused.status == 1 && refused.errors.contains(isCommitted ? "--keep" : "--drop"), "\(refused)")
        // The topic is removed, with all that was known.
        try KafkaAdmin(rig.configuration, logger: rig.logger).deleteTopic(topic)
        let settled = rig.options(.exactlyOnce, folder: folder.path)
        let error = await #expect(throws: StateError.self) { try await Self.pipeline(rig).run(settled) }
        #expect(error?.description.contains("millrace checkpoint resolve") == true, "\(String(describing: error))")
        let resolved = try Self.millrace("resolve", isCommitted ? "--keep" : "--drop", "--state", folder.path)
        #expect(resolved.status == 0 && resolved.output.contains("goes on from checkpoint \(isCommitted ? 3 : 2)"))
        try await Self.pipeline(rig).run(settled)
        #expect(try rig.values(of: "out") == (1...60).map { "\($0)" })
        let over = try Self.millrace("resolve", "--keep", "--state", folder.path)
        #expect(over.status == 1 && over.errors.contains("waits for a decision"))
        #expect(try Self.millrace("--state", folder.path).output.contains("nothing to decide"))
        try await rig.stop()
    }

    @Test func whatIsNoStateFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        let missing = try Self.millrace("show", "--state", folder.file("none"))
        #expect(missing.status == 1 && missing.errors.contains("There is no folder"), "\(missing)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
        let neither = try Self.millrace("resolve", "--state", folder.path)
        #expect(neither.status != 0 && neither.errors.contains("--keep or --drop"))
    }
}
