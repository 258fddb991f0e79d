import Foundation
import MillraceLMDB
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState

/// A process that dies while it creates its state folder, or is not the first to use it, leaves no folder behind that a
/// later start cannot use.
@Suite struct InterruptedCreationTests {
    static func run(_ path: String, fresh: Bool = false) throws -> [Int] {
        let output = TestOutput<Int>()
        let pipeline = Pipeline("p") { graph in
            graph.source(ScriptedSource([[.record(1), .record(2)]])).sink(output)
        }
        try PipelineTest(
            seed: 1, checkpoints: .init(directory: path, every: .milliseconds(10), fresh: fresh)
        ).run(pipeline)
        return output.records
    }

    /// Before, between and after the steps of creating the folder: LOCK, FORMAT.new, data.mdb, FORMAT.
    @Test(arguments: 0...2)
    func aFolderHalfMadeIsFinished(steps: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state")
        do {
            if steps >= 1 { _ = try StateFolder(path: path, fresh: false) }
            if steps >= 2 { _ = try Environment(path: path, databases: [StoreKeys.journal]) }
        }
        #expect(FileManager.default.fileExists(atPath: path + "/data.mdb") == (steps == 2))
        #expect(try Self.run(path) == [1, 2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).contains("FORMAT.new") == false)
    }

    /// What another program keeps in the folder is not touched.
    @Test func anotherProgramsDataIsRefused() throws {
        let folder = try TemporaryFolder()
        _ = try Environment(path: folder.path, databases: ["theirs"])
        let error = #expect(throws: StateError.self) { try Self.run(folder.path) }
        #expect(error?.kind == .mismatch)
        #expect(error?.description.contains("FORMAT") == true)
    }

    /// `--fresh` that died after its first step: what was to be forgotten does not come back.
    @Test func aFolderHalfForgottenIsNew() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.run(folder.path) == [1, 2])
        _ = try StateFolder(path: folder.path, fresh: true)
        #expect(FileManager.default.fileExists(atPath: folder.file("FORMAT")) == false)
        #expect(try Self.run(folder.path) == [1, 2])
    }

    @Test func freshStartsOver() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.run(folder.path) == [1, 2])
        #expect(try Self.run(folder.path) == [])  // completed: nothing left to do
        #expect(try Self.run(folder.path, fresh: true) == [1, 2])
    }
}
