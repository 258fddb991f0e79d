import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceTime
@testable import MillraceFiles

/// Input and output folders that no longer fit the checkpoint that a run starts from.
@Suite struct StartRefusalTests {
    struct Row: Codable, Sendable {
        let name: String
        let value: Int
        let time: Int?
    }

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
        for name in ["a", "b"] {
            let rows = (0..<100).map { "\(name)\($0),\($0)" }
            try ("name,value\n" + rows.joined(separator: "\n")).write(
                toFile: folder.file("in/\(name).csv"), atomically: true, encoding: .utf8)
        }
    }

    func pipeline(source: String = "rows", output: String = "out") -> Pipeline {
        Pipeline("p") { graph in
            graph.source(
                .csvFiles(in: folder.file("in"), decoding: Row.self), name: source, recordsPerSecond: 1000
            )
            .sink(.jsonLines(directory: folder.file(output)))
        }
    }

    func run(_ pipeline: Pipeline, state: String = "state", fresh: Bool = false, until time: Duration? = nil) throws {
        let test = PipelineTest(
            seed: 1, checkpoints: .init(directory: folder.file(state), every: .milliseconds(10), fresh: fresh))
        if let time { try test.run(pipeline, stoppingAt: time) } else { try test.run(pipeline) }
    }

    func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    func expect(_ text: String, names parts: String...) {
        for part in parts { #expect(text.contains(part), "'\(part)' is missing in: \(text)") }
    }

    func lines(_ output: String = "out") throws -> Set<Substring> {
        var lines: Set<Substring> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.file(output))
        where name.hasPrefix("part-") {
            let text = try String(contentsOfFile: folder.file(output + "/" + name), encoding: .utf8)
            for line in text.split(separator: "\n") { #expect(lines.insert(line).inserted, "twice: \(line)") }
        }
        return lines
    }

    @Test func aPartitionThatIsGoneIsNamed() throws {
        try run(pipeline(), until: .milliseconds(50))
        try FileManager.default.moveItem(atPath: folder.file("in/b.csv"), toPath: folder.file("b.csv"))
        expect(message { try run(pipeline()) }, names: "b.csv", "rows", "gone", "line", "--fresh")
        try FileManager.default.moveItem(atPath: folder.file("b.csv"), toPath: folder.file("in/b.csv"))
        try run(pipeline())
        #expect(try lines().count == 200)
    }

    @Test func aPartitionThatIsNewIsRead() throws {
        try run(pipeline(), until: .milliseconds(50))
        try "name,value\nnew,1\n".write(toFile: folder.file("in/c.csv"), atomically: true, encoding: .utf8)
        try run(pipeline())
        #expect(try lines().count == 201)
    }

    @Test func aSourceThatIsRenamedIsNamed() throws {
        try run(pipeline(), until: .milliseconds(50))
        expect(message { try run(pipeline(source: "lines")) }, names: "rows", "old name", "--fresh")
    }

    @Test func outputOfAnotherRunIsNotAddedTo() throws {
        try run(pipeline(), until: .milliseconds(50))
        expect(message { try run(pipeline(), state: "other") }, names: "out", "earlier run", "part-", "--fresh")
        try run(pipeline(), state: "third", fresh: true)
        #expect(try lines().count == 200)
        // The first state folder belongs to output that was replaced; its last checkpoint is before the output's.
        expect(message { try run(pipeline()) }, names: "out", "state folder")
    }

    @Test func anOutputFolderThatCannotBeMadeIsNamed() throws {
        try "x".write(toFile: folder.file("plain"), atomically: true, encoding: .utf8)
        expect(message { try run(pipeline(output: "plain/out")) }, names: "plain/out", "cannot be created", "irectory")
    }

    @Test func aFileCutShortIsNamed() throws {
        try run(pipeline(), until: .milliseconds(50))
        try "name,value\n".write(toFile: folder.file("in/a.csv"), atomically: true, encoding: .utf8)
        expect(message { try run(pipeline()) }, names: "a.csv", "bytes long", "read up to line", "--fresh")
    }

    @Test(arguments: ["skip", "deadLetter"])
    func recordsWithoutEventTimeGoTheirWay(policy: String) throws {
        try "name,value,time\na,1,5\nb,2,NA\nc,3,7\n".write(
            toFile: folder.file("in/a.csv"), atomically: true, encoding: .utf8)
        let (good, bad) = (TestOutput<String>(), TestOutput<String>())
        let pipeline = Pipeline("times") { graph in
            let dead = graph.sideOutput("timeless", of: DeadLetter<Row>.self)
            graph.source(
                .csvFile(at: folder.file("in/a.csv"), decoding: Row.self), name: "rows",
                eventTime: { $0.time.map { Timestamp(milliseconds: Int64($0)) } },
                missingEventTime: policy == "skip" ? .skip : .deadLetter(to: dead), watermarks: .monotonic()
            )
            .map(\.name).sink(good)
            dead.stream.map { "\($0.record.name) \($0.operatorID) \($0.reason)" }.sink(bad)
        }
        let status = try PipelineTest(seed: 1).run(pipeline)
        #expect(good.records == ["a", "c"])
        #expect(status.skipped == (policy == "skip" ? 1 : 0))
        #expect(status.deadLettered == (policy == "skip" ? 0 : 1))
        if policy == "deadLetter" {
            #expect(bad.records.count == 1)
            expect(bad.records.first ?? "", names: "b rows", "no event time")
        }
    }
}
