import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// Runs over what is there, and runs that are complete.
@Suite struct EndOfInputTests {
    struct Row: Codable, Sendable {
        let time: Int
        let name: String
    }

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
    }

    /// Appends rows of these seconds to a file.
    func write(_ file: String, _ seconds: ClosedRange<Int>) throws {
        let path = folder.file("in/\(file).csv")
        let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "time,name\n"
        let rows = seconds.map { "\($0),n\($0 % 3)\n" }.joined()
        try (old + rows).write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Counts of ten seconds each.
    func pipeline(_ output: TestOutput<String>) -> Pipeline {
        Pipeline("daily") { graph in
            graph.source(
                .csvFiles(in: folder.file("in"), decoding: Row.self),
                eventTime: { Timestamp(milliseconds: Int64($0.time) * 1000) },
                watermarks: .boundedOutOfOrder(by: .seconds(3))
            )
            .keyed(by: \.name).window(.tumbling(of: .seconds(10))).fold(into: 0) { count, _ in count += 1 }
            .named("counts").map { "\($0.key) \($0.window.start.milliseconds / 1000): \($0.value)" }.sink(output)
        }
    }

    @discardableResult
    func run(
        _ end: EndOfInput, state: String = "state", into output: TestOutput<String> = TestOutput<String>(),
        parallelism: Int = 2
    ) throws -> [String] {
        var test = PipelineTest(seed: 3, checkpoints: .init(directory: folder.file(state), every: .milliseconds(5)))
        test.options.endOfInput = end
        try test.run(pipeline(output), parallelism: parallelism)
        return output.records
    }

    func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    /// What is there is worked off each day; open windows stay open, and the last run closes them.
    @Test func theDailyJob() throws {
        try write("a", 0...24)
        var found = try run(.availableNow)
        #expect(!found.isEmpty && found.allSatisfy { !$0.contains(" 20:") }, "\(found)")
        #expect(try run(.availableNow).isEmpty)
        try write("a", 25...38)
        try write("b", 21...45)
        found += try run(.availableNow, parallelism: 1)
        try write("c", 41...60)
        found += try run(.availableNow, parallelism: 3)
        // A file that was worked off may be taken away.
        try FileManager.default.removeItem(atPath: folder.file("in/a.csv"))
        found += try run(.availableNow)
        found += try run(.complete)
        try write("a", 0...38)
        #expect(found.sorted() == (try run(.complete, state: "whole")).sorted())
    }

    /// A complete run stays so: new input is not left unread without a word.
    @Test func aCompleteRunRefusesNewInput() throws {
        try write("a", 0...24)
        let found = try run(.complete)
        #expect(found.contains { $0.contains(" 20:") })
        #expect(message { try run(.complete) } == "no error")
        try write("b", 0...1)
        for end in [EndOfInput.complete, .availableNow] {
            let text = message { try run(end) }
            for part in ["daily", "complete", "b.csv is new", "--fresh", "availableNow"] {
                #expect(text.contains(part), "'\(part)' is missing in: \(text)")
            }
        }
        try FileManager.default.removeItem(atPath: folder.file("in/b.csv"))
        try write("a", 25...30)
        #expect(message { try run(.complete) }.contains("a.csv goes on behind line 27"))
        // What was read and is gone is no new input.
        try FileManager.default.removeItem(atPath: folder.file("in"))
        #expect(message { try run(.complete) } == "no error")
    }

    @Test func aFolderMayBeEmpty() throws {
        #expect(try run(.availableNow).isEmpty)
        try write("a", 0...24)
        var found = try run(.availableNow)
        found += try run(.complete)
        #expect(found.sorted() == (try run(.complete, state: "whole")).sorted())
    }

    /// A last line without an end that gets one later is no empty record.
    @Test(arguments: ["\n", "\r\n"])
    func aLineEndThatComesLater(ending: String) throws {
        let path = folder.file("in/a.txt")
        let output = TestOutput<String>()
        let pipeline = Pipeline("lines") { graph in graph.source(.lines(in: folder.file("in"))).sink(output) }
        var text = "one\(ending)two"
        for more in ["", "\(ending)three\(ending)", "four", ending, "five\(ending)"] {
            text += more
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            var test = PipelineTest(
                seed: 3, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(5)))
            test.options.endOfInput = .availableNow
            try test.run(pipeline)
        }
        #expect(output.records == ["one", "two", "three", "four", "five"])
    }

    /// Crashes on the way, at every step of a checkpoint.
    @Test(arguments: TestSeeds.some(6))
    func crashesOnTheWay(checkpoint: UInt64) throws {
        let points: [CrashPoint] = [
            .sourceNoted(CheckpointNumber(checkpoint)), .handedIn(CheckpointNumber(checkpoint)),
            .insideCommit(CheckpointNumber(checkpoint)), .committed(CheckpointNumber(checkpoint)),
            .published(CheckpointNumber(checkpoint)),
        ]
        try write("a", 0...24)
        try write("b", 5...45)
        let whole = try run(.complete, state: "whole").sorted()
        for (number, point) in points.enumerated() {
            let output = TestOutput<String>()
            var test = PipelineTest(
                seed: checkpoint, checkpoints: .init(directory: folder.file("state-\(number)"), every: .milliseconds(1))
            )
            test.options.endOfInput = .availableNow
            try test.runUntilCrash(pipeline(output), parallelism: 2, at: point)
            try test.run(pipeline(output), parallelism: 3)
            test.options.endOfInput = .complete
            try test.run(pipeline(output), parallelism: 1)
            #expect(output.records.sorted() == whole, "\(point)")
        }
    }
}
