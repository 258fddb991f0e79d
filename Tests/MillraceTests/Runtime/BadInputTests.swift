import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// What is wrong from outside ends in an error that names what, where and what to do, or in the policy's outcome; never in
/// a trap.
@Suite struct BadInputTests {
    struct Row: Decodable, Sendable {
        let city: String
        let count: Int
        let year: Int?
    }

    /// Runs a pipeline over CSV text; the error's text, or the rows that came through.
    func run(
        _ text: String?, malformed: MalformedPolicy = .fail, timed: Bool = false
    ) throws -> (error: String, rows: [String], status: PipelineStatus?) {
        let folder = try TemporaryFolder()
        if let text { try text.write(toFile: folder.file("a.csv"), atomically: true, encoding: .utf8) }
        let output = TestOutput<String>()
        let pipeline = Pipeline("bad-input") { graph in
            let source = CSVFiles<Row>.csvFiles(
                in: text == nil ? folder.file("missing") : folder.path, decoding: Row.self)
            let rows =
                timed
                ? graph.source(
                    source, name: "rows", eventTime: { $0.year.map { Timestamp(milliseconds: Int64($0)) } },
                    missingEventTime: .fail, watermarks: .monotonic())
                : graph.source(source, name: "rows", malformed: malformed)
            rows.map { "\($0.city) \($0.count)" }.sink(output)
        }
        do {
            let status = try PipelineTest(seed: 1).run(pipeline)
            return ("", output.records, status)
        } catch {
            return ("\(error)", output.records, nil)
        }
    }

    func expect(_ text: String, names parts: String...) {
        for part in parts { #expect(text.contains(part), "'\(part)' is missing in: \(text)") }
    }

    @Test func wrongType() throws {
        let result = try run("city,count,year\nParis,3,1\nRome,three,2\n")
        expect(result.error, names: "rows", "a.csv", "line 3", "count", "three")
        #expect(result.rows.isEmpty)
    }

    @Test func wrongNumberOfFields() throws {
        expect(try run("city,count,year\nParis,3\n").error, names: "a.csv", "line 2", "3")
    }

    @Test func missingColumn() throws {
        expect(try run("city,year\nParis,1\n").error, names: "a.csv", "count", "city")
    }

    @Test func missingEventTime() throws {
        expect(
            try run("city,count,year\nParis,3,NA\n", timed: true).error, names: "rows", "no event time",
            "missingEventTime")
    }

    @Test func skippedAndCounted() throws {
        let result = try run("city,count,year\nParis,3,1\nRome,three,2\nOslo,5,3\n", malformed: .skip)
        #expect(result.rows == ["Paris 3", "Oslo 5"])
        #expect(result.status?.skipped == 1)
    }

    @Test func emptyFilesAndMissingFolders() throws {
        let empty = try run("")
        #expect(empty.error == "" && empty.rows.isEmpty)
        expect(try run(nil).error, names: "missing")
    }

    @Test func deadLettersCarryTheReason() throws {
        let (good, bad, undecoded) = (TestOutput<Int>(), TestOutput<String>(), TestOutput<String>())
        let pipeline = Pipeline("dead-letters") { graph in
            let rejected = graph.sideOutput("rejected", of: DeadLetter<Int>.self)
            let broken = graph.sideOutput("broken", of: MalformedInput.self)
            graph.source(
                ScriptedSource([[.record(1), .malformed("no number"), .record(0), .record(4)]]),
                malformed: .deadLetter(to: broken)
            )
            .map(onError: .deadLetter(to: rejected)) { number -> Int in
                guard number != 0 else { throw SourceError("division by zero", advice: "leave zeros out") }
                return 12 / number
            }
            .named("divide")
            .sink(good)
            rejected.stream.map { "\($0.record) \($0.operatorID) \($0.reason)" }.sink(bad)
            broken.stream.map { "\($0.place) \($0.reason)" }.sink(undecoded)
        }
        let status = try PipelineTest(seed: 1).run(pipeline)
        #expect(good.records == [12, 3])
        #expect(bad.records.contains { $0.contains("0 divide division by zero") })
        #expect(undecoded.records.contains { $0.contains("no number") })
        #expect(status.deadLettered == 2)
    }

    @Test func aFailingOperatorIsNamedWithPartitionPositionAndCause() throws {
        let pipeline = Pipeline("failing") { graph in
            graph.source(ScriptedSource([[.record(1), .record(2), .record(3)]]))
                .map { number -> Int in
                    if number == 3 { throw SourceError("three is too many", advice: "count to two") }
                    return number
                }
                .named("checked")
                .forEach { _ in }
        }
        let error = #expect(throws: PipelineError.self) { try PipelineTest(seed: 1).run(pipeline) }
        expect("\(try #require(error))", names: "checked", "partition 0", "position 2", "three is too many")
    }

    /// Fails three times in all, goes on from the last checkpoint each time, and loses and doubles nothing.
    @Test func aFailureThatPassesIsMendedByRestarting() throws {
        let folder = try TemporaryFolder()
        let failures = Countdown(3)
        let output = TestOutput<Int>()
        let steps = (1...40).flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(5))] }
        let pipeline = Pipeline("restarting") { graph in
            graph.source(ScriptedSource([steps]))
                .map { number -> Int in
                    if number % 10 == 0, failures.take() { throw SourceError("not now", advice: "later") }
                    return number
                }
                .sink(output)
        }
        var test = PipelineTest(seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(12)))
        test.options.restart = .fixedDelay(attempts: 5, delay: .milliseconds(100))
        let status = try test.run(pipeline)
        #expect(status.restarts == 3)
        #expect(output.records == Array(1...40))
    }
}

/// Says yes a number of times.
final class Countdown: @unchecked Sendable {
    // Used by one thread: tests run their tasks on one.
    private var rest: Int

    init(_ count: Int) { rest = count }

    func take() -> Bool {
        rest -= 1
        return rest >= 0
    }
}
