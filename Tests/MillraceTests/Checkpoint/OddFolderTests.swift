import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// State folders and output folders that are not what they should be: named, and nothing is touched.
@Suite struct OddFolderTests {
    static func run(_ folder: TemporaryFolder, output: String? = nil) throws {
        let pipeline = Pipeline("odd") { graph in
            let lines = graph.source(.memory([["a", "b"]]), name: "in")
            if let output { lines.sink(.lines(directory: output)) } else { lines.sink(TestOutput<String>()) }
        }
        try PipelineTest(seed: 1, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(5)))
            .run(pipeline)
    }

    static func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    enum Odd: String, CaseIterable, Sendable {
        case formatIsAFolder, formatIsNotText, formatIsAPipe, dataIsAFolder, dataIsAPipe
    }

    @Test(arguments: Odd.allCases)
    func aStateFolder(_ odd: Odd) throws {
        let folder = try TemporaryFolder()
        try Self.run(folder)
        let state = folder.file("state")
        let name = odd.rawValue.hasPrefix("format") ? "FORMAT" : "data.mdb"
        let path = "\(state)/\(name)"
        try FileManager.default.moveItem(atPath: path, toPath: folder.file("kept"))
        switch odd {
        case .formatIsAFolder, .dataIsAFolder:
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .formatIsNotText: try Data([0xff, 0xfe, 0x00, 0x80]).write(to: URL(fileURLWithPath: path))
        case .formatIsAPipe, .dataIsAPipe: #expect(mkfifo(path, 0o644) == 0)
        }
        let text = Self.message { try Self.run(folder) }
        #expect(text.contains(path), "\(text)")
        switch odd {
        case .formatIsAFolder, .dataIsAFolder: #expect(text.contains("it is a folder"), "\(text)")
        case .formatIsAPipe, .dataIsAPipe: #expect(text.contains("it is no ordinary file"), "\(text)")
        case .formatIsNotText: #expect(text.contains("this program reads 'millrace state"), "\(text)")
        }
        // Put back, it goes on.
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: folder.file("kept"), toPath: path)
        #expect(Self.message { try Self.run(folder) } == "no error")
    }

    @Test func anOutputFolderBelowAFile() throws {
        let folder = try TemporaryFolder()
        try "x".write(toFile: folder.file("file"), atomically: true, encoding: .utf8)
        let text = Self.message { try Self.run(folder, output: folder.file("file/out")) }
        #expect(text.contains("a part of this path is a file"), "\(text)")
        #expect(!text.contains("Input/output error"), "\(text)")
    }

    /// A superuser may write everywhere.
    @Test(.enabled(if: geteuid() != 0))
    func anOutputFolderWithoutTheRight() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.file("closed"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o500])
        let text = Self.message { try Self.run(folder, output: folder.file("closed/out")) }
        #expect(text.contains("Permission denied"), "\(text)")
    }
}
