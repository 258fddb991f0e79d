import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState
@testable import MillraceFiles

/// Files that are written to over several checkpoints.
@Suite struct FileRollingTests {
    let folder: TemporaryFolder
    let clock = ManualClock()

    init() throws { folder = try TemporaryFolder() }

    func sink(_ rolling: FileRolling) throws -> FileSink<String> {
        let sink = FileSink<String>.lines(directory: folder.file("out"), rolling: rolling)
        try sink.recover([], start: .new)
        return sink
    }

    func context(_ task: Int = 3) -> SinkContext {
        SinkContext(task: task, run: SinkRun(folder: "a folder"), clock: clock)
    }

    /// Ends an epoch as the runtime does, up to the point at which the checkpoint counts.
    func store(
        _ writer: inout FileSink<String>.Writer, _ sink: FileSink<String>, _ checkpoint: UInt64
    ) throws -> PendingOutput? {
        guard let description = try writer.prepare(CheckpointNumber(checkpoint)) else { return nil }
        let output = PendingOutput(checkpoint: CheckpointNumber(checkpoint), task: 3, description: description)
        try sink.makeDurable(output)
        return output
    }

    /// What readers see, by name.
    func published() throws -> [String: String] {
        let out = folder.file("out")
        let names = try FileManager.default.contentsOfDirectory(atPath: out).filter { $0.hasPrefix("part-") }
        return Dictionary(
            uniqueKeysWithValues: try names.map { ($0, try String(contentsOfFile: out + "/" + $0, encoding: .utf8)) })
    }

    func hidden() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).filter { $0.hasPrefix(".part-") }
    }

    @Test func sizeClosesFilesWithinAnEpochAndOverSeveral() throws {
        let sink = try sink(.by(bytes: 10))
        var writer = try sink.open(context())
        for line in ["aaaa", "bbbb", "cccc", "dddd", "ee"] { try writer.write(line, at: .distantPast) }
        try sink.publish(try #require(try store(&writer, sink, 1)))
        #expect(
            try published() == [
                "part-00003-00000001-00000.txt": "aaaa\nbbbb\n", "part-00003-00000001-00001.txt": "cccc\ndddd\n",
            ])
        // Nothing new: the open file is of this checkpoint too.
        try sink.publish(try #require(try store(&writer, sink, 2)))
        #expect(try published().count == 2)
        try writer.write("fffffff", at: .distantPast)
        try sink.publish(try #require(try store(&writer, sink, 3)))
        #expect(try published()["part-00003-00000003-00000.txt"] == "ee\nfffffff\n")
        #expect(try hidden().isEmpty)
        #expect(try writer.prepare(CheckpointNumber(4)) == nil)
    }

    @Test func ageClosesAFileAtACheckpoint() throws {
        let sink = try sink(.by(age: .seconds(60)))
        var writer = try sink.open(context())
        try writer.write("a", at: .distantPast)
        clock.advance(to: clock.now + .seconds(59))
        try sink.publish(try #require(try store(&writer, sink, 1)))
        #expect(try published().isEmpty)
        clock.advance(to: clock.now + .seconds(1))
        try sink.publish(try #require(try store(&writer, sink, 2)))
        #expect(try published() == ["part-00003-00000002-00000.txt": "a\n"])
    }

    @Test func theEndOfARunClosesTheFile() throws {
        let sink = try sink(.by())
        var writer = try sink.open(context())
        try writer.write("a", at: .distantPast)
        try sink.publish(try #require(try store(&writer, sink, 1)))
        writer.finish()
        try sink.publish(try #require(try store(&writer, sink, 2)))
        #expect(try published() == ["part-00003-00000002-00000.txt": "a\n"])
    }

    /// Without a state folder nobody would know of the open file after a crash.
    @Test func withoutAStateFolderEachCheckpointClosesTheFile() throws {
        let sink = try sink(.by())
        var writer = try sink.open(SinkContext(task: 3))
        try writer.write("a", at: .distantPast)
        try sink.publish(try #require(try store(&writer, sink, 1)))
        #expect(try published() == ["part-00003-00000001-00000.txt": "a\n"])
    }

    /// A crash at any later time: the writer is left as it is.
    @Test(arguments: [false, true])
    func aRestartCutsWhatCameAfterTheCheckpoint(isUnwound: Bool) throws {
        let sink = try sink(.by(bytes: 1000))
        var writer = try sink.open(context())
        try writer.write("kept", at: .distantPast)
        let output = try #require(try store(&writer, sink, 1))
        try sink.publish(output)
        try writer.write(String(repeating: "lost", count: 100), at: .distantPast)
        let later = try #require(try store(&writer, sink, 2))
        if isUnwound { writer.close() }
        for _ in 0..<3 { try sink.recover([output], start: .resumed(CheckpointNumber(1))) }
        #expect(try published() == ["part-00003-00000001-00000.txt": "kept\n"])
        #expect(try hidden().isEmpty)
        // What the crash undid is not there to be published.
        #expect(throws: SinkError.self) { try sink.recover([later], start: .resumed(CheckpointNumber(2))) }
    }

    @Test func damageToAnOpenFileIsNoticed() throws {
        for damage in ["kepT\nmore\n", "kep"] {
            let folder = try TemporaryFolder()
            let sink = FileSink<String>.lines(directory: folder.file("out"), rolling: .by())
            try sink.recover([], start: .new)
            var writer = try sink.open(context())
            try writer.write("kept", at: .distantPast)
            let output = try #require(try store(&writer, sink, 1))
            writer.close()
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).first {
                    $0.hasPrefix(".part-")
                })
            try damage.write(toFile: folder.file("out/\(name)"), atomically: false, encoding: .utf8)
            let error = #expect(throws: SinkError.self) {
                try sink.recover([output], start: .resumed(CheckpointNumber(1)))
            }
            #expect(error?.description.contains(name) == true)
            #expect(try String(contentsOfFile: folder.file("out/\(name)"), encoding: .utf8) == damage)
        }
    }

    @Test func headersAreInEachFile() throws {
        let sink = FileSink<Int>.csv(
            directory: folder.file("out"), columns: [.column("n") { "\($0)" }], rolling: .by(bytes: 6))
        try sink.recover([], start: .new)
        var writer = try sink.open(context())
        for number in 0..<5 { try writer.write(number, at: .distantPast) }
        writer.finish()
        let description = try #require(try writer.prepare(CheckpointNumber(1)))
        try sink.publish(PendingOutput(checkpoint: CheckpointNumber(1), task: 3, description: description))
        let files = try published()
        #expect(files.keys.sorted().map { files[$0] } == ["n\n0\n1\n", "n\n2\n3\n", "n\n4\n"])
    }

    /// As folders of the first versions have it.
    @Test func descriptionsOfOneFileAreRead() throws {
        let sink = try sink(.everyCheckpoint)
        let hiddenName = ".part-3-X.txt.inprogress"
        try "old\n".write(toFile: folder.file("out/\(hiddenName)"), atomically: true, encoding: .utf8)
        var bytes = ByteWriter()
        bytes.write(hiddenName)
        bytes.write("part-00003-00000007.txt")
        bytes.write(Int64(4))
        let output = PendingOutput(checkpoint: CheckpointNumber(7), task: 3, description: bytes.bytes())
        try sink.recover([output], start: .resumed(CheckpointNumber(7)))
        #expect(try published() == ["part-00003-00000007.txt": "old\n"])
    }

    @Test func whatCannotBeIsRefusedAtStart() throws {
        for rolling in [FileRolling.by(bytes: 0), .by(age: .zero)] {
            let pipeline = Pipeline("rolling") { graph in
                graph.source(.memory([["a"]])).sink(.lines(directory: folder.file("out"), rolling: rolling))
            }
            let error = #expect(throws: (any Error).self) { try PipelineTest(seed: 1).run(pipeline) }
            #expect("\(error as Any)".contains("a file would be closed"))
        }
    }

    /// Runs that die again and again, at every point of the protocol, at changing parallelism.
    @Test(arguments: TestSeeds.some(20))
    func crashesLoseAndDoubleNothing(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let scripts: [[ScriptedSource<Int>.Step]] = (0..<3).map { partition in
            (0..<120).flatMap { index -> [ScriptedSource<Int>.Step] in
                [.record(partition * 1000 + index)]
                    + (Int.random(in: 0..<4, using: &random) == 0 ? [.silence(.milliseconds(3))] : [])
            }
        }
        let rolling = FileRolling.by(
            bytes: Int.random(in: 20...600, using: &random),
            age: .milliseconds(Int64.random(in: 5...200, using: &random)))
        let out = folder.file("out")
        let pipeline = Pipeline("rolling") { graph in
            graph.source(ScriptedSource(scripts)).keyed { $0 % 7 }.fold(into: 0) { $0 = $1 }
                .map { "\($0.value)" }.sink(.lines(directory: out, rolling: rolling))
        }
        var test = PipelineTest(
            seed: seed, checkpoints: CheckpointOptions(directory: folder.file("state"), every: .milliseconds(7)))
        for checkpoint in 1...12 {
            test.seed = random.next()
            let point = CrashTests.points[Int.random(in: 0..<CrashTests.points.count, using: &random)].1
            let crashed = try test.runUntilCrash(
                pipeline, parallelism: Int.random(in: 1...4, using: &random),
                at: point(CheckpointNumber(UInt64(checkpoint))))
            if !crashed { break }
            if checkpoint % 5 == 0 {
                try test.run(pipeline, stoppingAt: test.clock.now + .milliseconds(20))
                #expect(try hidden().isEmpty, "seed \(seed)")
            }
        }
        try test.run(pipeline, parallelism: Int.random(in: 1...4, using: &random))
        let lines = try published().values.flatMap { $0.split(separator: "\n").compactMap { Int($0) } }
        let expected = [0, 1000, 2000].flatMap { Array($0..<$0 + 120) }
        #expect(lines.sorted() == expected, "seed \(seed)")
        #expect(try hidden().isEmpty, "seed \(seed)")
    }
}
