import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// Files that are replaced, renamed, rotated, deleted or appear.
@Suite struct FileIdentityTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
    }

    func write(_ name: String, _ lines: [String], ending: String = "\n") throws {
        try (lines.joined(separator: "\n") + ending).write(
            toFile: folder.file("in/\(name)"), atomically: false, encoding: .utf8)
    }

    func append(_ name: String, _ text: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: folder.file("in/\(name)")))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    func move(_ from: String, _ to: String) throws {
        try? FileManager.default.removeItem(atPath: folder.file("in/\(to)"))
        try FileManager.default.moveItem(atPath: folder.file("in/\(from)"), toPath: folder.file("in/\(to)"))
    }

    func runAvailable(_ output: TestOutput<String>) throws {
        let pipeline = Pipeline("lines") { graph in graph.source(.lines(in: folder.file("in"))).sink(output) }
        var test = PipelineTest(seed: 3, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(5)))
        test.options.endOfInput = .availableNow
        try test.run(pipeline)
    }

    func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    func lines(_ letter: String, _ range: Range<Int>) -> [String] { range.map { "\(letter)\($0 + 10_000)" } }

    enum Change: CaseIterable {
        case rewritten, rewrittenBehindTheBeginning, replaced, shorter, renamed, renamedAndGrown
    }

    /// Each is refused, and reads on once the file is as it was; a copy is as good as the file.
    @Test(arguments: Change.allCases)
    func anotherFileIsRefused(change: Change) throws {
        let output = TestOutput<String>()
        let old = lines("a", 0..<3000)
        try write("a.txt", old)
        try runAvailable(output)
        var expected = ["a.txt", "--fresh"]
        switch change {
        case .rewritten: try write("a.txt", lines("b", 0..<4000))
        case .rewrittenBehindTheBeginning:
            try write("a.txt", old[..<2000] + lines("b", 2000..<4000))
            expected.append("have changed")
        case .replaced:
            try FileManager.default.removeItem(atPath: folder.file("in/a.txt"))
            try write("a.txt", lines("b", 0..<3000))
            expected.append("beginning has changed")
        case .shorter: try write("a.txt", Array(old[..<2999]))
        case .renamed: try move("a.txt", "b.txt")
        case .renamedAndGrown:
            try move("a.txt", "b.txt")
            try append("b.txt", "more\n")
        }
        let text = message { try runAvailable(output) }
        for part in expected { #expect(text.contains(part), "\(part) is missing in: \(text)") }
        #expect(output.records.count == old.count)
        for name in ["a.txt", "b.txt"] { try? FileManager.default.removeItem(atPath: folder.file("in/\(name)")) }
        try write("a.txt", old + ["end"])
        try runAvailable(output)
        #expect(output.records.elementsEqual(old + ["end"]))
    }

    /// Runs with the real clock until `body` returns, then stops.
    func follow(
        _ source: LineFiles, _ output: TestOutput<String>, state: String = "state", _ body: () async throws -> Void
    ) async throws {
        let pipeline = Pipeline("follow") { graph in graph.source(source).sink(output) }
        var options = RunOptions()
        options.checkpoints = .init(directory: folder.file(state), every: .milliseconds(20))
        options.onStatus = nil
        let stop = PipelineStop()
        let run = Task { [options] in try await pipeline.run(options, stop: stop) }
        do { try await body() } catch {
            stop.request()
            _ = try? await run.value
            throw error
        }
        stop.request()
        _ = try await run.value
    }

    func wait(for records: [String], in output: TestOutput<String>) async throws {
        for _ in 0..<1500 {
            if output.records.count >= records.count { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(output.records == records)
    }

    /// What the writer had left for the old file is read before the new one, also what came after the renaming.
    @Test func aRotatedFileIsReadToItsEnd() async throws {
        let output = TestOutput<String>()
        try write("a.log", ["1", "2"])
        try await follow(.linesFile(at: folder.file("in/a.log"), tailing: true), output) {
            try await wait(for: ["1", "2"], in: output)
            try move("a.log", "a.log.1")
            try append("a.log.1", "3\n")
            try await wait(for: ["1", "2", "3"], in: output)
            try write("a.log", ["5"])
            try append("a.log.1", "4")
            try await wait(for: ["1", "2", "3", "4", "5"], in: output)
            // Several at once, the last one's name free for a while.
            try move("a.log", "a.log.2")
            try write("a.log", ["6", "7"])
            try await Task.sleep(for: .milliseconds(200))
            try FileManager.default.removeItem(atPath: folder.file("in/a.log"))
            try await Task.sleep(for: .milliseconds(200))
            try write("a.log", ["8"])
            try await wait(for: (1...8).map(String.init), in: output)
        }
        // And while nothing runs, three times.
        try append("a.log", "9\n")
        try move("a.log", "a.log.3")
        try write("a.log", ["10"])
        try move("a.log", "a.log.4")
        try await follow(.linesFile(at: folder.file("in/a.log"), tailing: true), output) {
            try await wait(for: (1...9).map(String.init) + ["10"], in: output)
            try write("a.log", ["11"])
            try await wait(for: (1...11).map(String.init), in: output)
        }
    }

    /// What cannot be told apart, or not be read, is refused.
    @Test(arguments: ["compressed", "copied", "gone", "cut"])
    func doubtfulRotation(kind: String) async throws {
        let output = TestOutput<String>()
        let source = LineFiles.linesFile(at: folder.file("in/a.log"), tailing: true)
        try write("a.log", lines("a", 0..<2000))
        try await follow(source, output) { try await wait(for: lines("a", 0..<2000), in: output) }
        if kind != "cut" { try move("a.log", "a.log.1") }
        try write("a.log", lines("b", 0..<2000))
        switch kind {
        case "compressed": try write("a.log.2.gz", ["x"])
        case "copied": try write("a.log.bak", lines("b", 0..<2000))
        case "gone": try FileManager.default.removeItem(atPath: folder.file("in/a.log.1"))
        default: break
        }
        let error = await #expect(throws: (any Error).self) {
            try await follow(source, output) { try await Task.sleep(for: .seconds(1)) }
        }
        #expect("\(error as Any)".contains("a.log"))
        #expect("\(error as Any)".contains("--fresh"))
        #expect(output.records == lines("a", 0..<2000))
    }

    /// In a directory that is followed files appear, are rotated and deleted; it begins empty.
    @Test func aDirectoryIsFollowed() async throws {
        let output = TestOutput<String>()
        let source = LineFiles.lines(in: folder.file("in"), extensions: ["log"], tailing: true)
        try await follow(source, output) {
            try await Task.sleep(for: .milliseconds(100))
            try write("a.log", ["1"])
            try await wait(for: ["1"], in: output)
            try write("b.log", ["2"])
            try await wait(for: ["1", "2"], in: output)
            try move("a.log", "a.log.1")
            try write("a.log", ["3"])
            try await wait(for: ["1", "2", "3"], in: output)
            try FileManager.default.removeItem(atPath: folder.file("in/b.log"))
            try await Task.sleep(for: .seconds(2))
        }
        try await follow(source, output) {
            try write("b.log", ["4"])
            try await wait(for: ["1", "2", "3", "4"], in: output)
            try FileManager.default.removeItem(atPath: folder.file("in/b.log"))
            try await Task.sleep(for: .seconds(2))
            try write("b.log", ["5"])
            try await wait(for: ["1", "2", "3", "4", "5"], in: output)
        }
    }
}

/// Lines that are longer than any may be.
@Suite struct LongLineTests {
    struct Row: Codable, Sendable { let text: String }

    @Test(arguments: ["lines", "csv", "json"])
    func aLongLineIsReadPast(kind: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.txt")
        let long = String(repeating: "x", count: 40 << 20)
        let (output, dead) = (TestOutput<String>(), TestOutput<String>())
        switch kind {
        case "lines": try "a\n\(long)\nb\n\(long)".write(toFile: path, atomically: false, encoding: .utf8)
        case "csv": try "text\na\n\(long)\nb\n\"\(long)".write(toFile: path, atomically: false, encoding: .utf8)
        default:
            try "{\"text\":\"a\"}\n{\"text\":\"\(long)\"}\n{\"text\":\"b\"}\n\(long)\n".write(
                toFile: path, atomically: false, encoding: .utf8)
        }
        let pipeline = Pipeline("long") { graph in
            let side = graph.sideOutput("malformed", of: MalformedInput.self)
            let stream =
                switch kind {
                case "lines": graph.source(.linesFile(at: path), malformed: .deadLetter(to: side))
                case "csv":
                    graph.source(.csvFile(at: path, decoding: Row.self), malformed: .deadLetter(to: side)).map(\.text)
                default:
                    graph.source(.jsonLinesFile(at: path, decoding: Row.self), malformed: .deadLetter(to: side)).map(
                        \.text)
                }
            stream.sink(output)
            side.stream.map { "\($0.place): \($0.reason), \($0.excerpt.utf8.count)" }.sink(dead)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(output.records == ["a", "b"])
        #expect(dead.records.count == 2)
        #expect(dead.records.first?.contains("longer than 16 MiB") == true, "\(dead.records)")
        #expect(dead.records.allSatisfy { $0.hasSuffix(", 1024") }, "\(dead.records)")
    }
}
