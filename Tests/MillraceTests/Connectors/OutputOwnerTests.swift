import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// An output directory belongs to one run at a time, and to one state folder.
@Suite struct OutputOwnerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let script: [ScriptedSource<Int>.Step] = (0..<40).flatMap { [.record($0), .silence(.milliseconds(2))] }

    func pipeline(_ directories: String...) -> Pipeline {
        Pipeline("owned") { graph in
            let numbers = graph.source(ScriptedSource([Self.script])).map { "\($0)" }
            for directory in directories { numbers.sink(.lines(directory: directory)) }
        }
    }

    func test(_ state: String) -> PipelineTest {
        PipelineTest(seed: 1, checkpoints: .init(directory: folder.file(state), every: .milliseconds(5)))
    }

    func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func anotherStateFolderIsRefused() throws {
        let output = folder.file("out")
        try test("one").run(pipeline(output), stoppingAt: .milliseconds(30))
        try test("two").run(pipeline(folder.file("elsewhere")), stoppingAt: .milliseconds(60))
        let text = message { try test("two").run(pipeline(output)) }
        #expect(text.contains(output) && text.contains("another state folder"), "\(text)")
        try test("one").run(pipeline(output))
    }

    /// A directory that is written to by somebody else at the moment.
    @Test func oneRunAtATime() throws {
        let output = folder.file("out")
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        let other = open(output + "/.millrace-owner", O_RDWR | O_CREAT, 0o644)
        #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        let text = message { try test("state").run(pipeline(output)) }
        #expect(text.contains(output) && text.contains("Another process"), "\(text)")
        close(other)
        try test("state").run(pipeline(output))
    }

    /// One directory under two names.
    @Test func aLinkIsNoOtherDirectory() throws {
        let output = folder.file("out")
        let declared = pipeline(output, folder.file("link"))
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: output)
        let text = message { try test("state").run(declared) }
        #expect(text.contains("another sink"), "\(text)")
    }

    /// The state folder is removed while the pipeline runs: it ends with an error, and not in silence.
    @Test func aStateFolderThatIsRemovedIsMissed() throws {
        let (state, output) = (folder.file("state"), folder.file("out"))
        let pipeline = Pipeline("owned") { graph in
            graph.source(ScriptedSource([Self.script])).map { (number: Int) throws -> String in
                if number == 20 { try FileManager.default.removeItem(atPath: state) }
                return "\(number)"
            }
            .sink(.lines(directory: output))
        }
        let text = message { try test("state").run(pipeline) }
        #expect(text.contains(state) && text.contains("removed or replaced"), "\(text)")
    }
}
