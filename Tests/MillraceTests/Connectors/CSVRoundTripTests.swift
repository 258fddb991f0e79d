import Foundation
import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// CSV, written and read back, here and by Python's `csv`.
@Suite struct CSVRoundTripTests {
    struct Row: Codable, Sendable, Hashable { let a: String, b: String }
    struct One: Codable, Sendable, Hashable { let a: String }

    static let pieces = [
        "a", "\"", "\"\u{301}", "\"\u{200d}", "\"\u{fe0f}", ",", "\n", "\r\n", "\r", " ", "é", "🙂", "\"\"", "NA", "\t",
    ]

    func texts(_ random: inout SeededRandom) -> [Row] {
        (0..<200).map { _ in
            func text() -> String {
                (0..<Int.random(in: 0...5, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
                    .joined()
            }
            return Row(a: text(), b: text())
        }
    }

    @Test(arguments: TestSeeds.some(6))
    func whatIsWrittenIsRead(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let rows = texts(&random)
        let folder = try TemporaryFolder()
        let writer = Pipeline("write") { graph in
            graph.source(.memory([rows])).sink(
                .csv(directory: folder.file("out"), columns: [.column("a") { $0.a }, .column("b") { $0.b }]))
            graph.source(.memory([rows])).sink(.csv(directory: folder.file("one"), columns: [.column("a") { $0.a }]))
        }
        try PipelineTest(seed: seed).run(writer)
        let (both, one) = (TestOutput<Row>(), TestOutput<One>())
        let reader = Pipeline("read") { graph in
            graph.source(.csvFiles(in: folder.file("out"), decoding: Row.self, missing: [])).sink(both)
            graph.source(.csvFiles(in: folder.file("one"), decoding: One.self, missing: [])).sink(one)
        }
        try PipelineTest(seed: seed).run(reader)
        // Bytes, not characters: equal strings may be spelt differently.
        func bytes(_ rows: [Row]) -> [[UInt8]] { rows.map { Array($0.a.utf8) + [0] + Array($0.b.utf8) } }
        #expect(bytes(both.records) == bytes(rows))
        #expect(one.records.map { Array($0.a.utf8) } == rows.map { Array($0.a.utf8) })
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).filter {
            $0.hasPrefix("part-")
        }
        #expect(
            try python(folder.file("out/\(try #require(names.first))")) == [["a", "b"]] + rows.map { [$0.a, $0.b] })
    }

    /// What Python's csv reads.
    func python(_ path: String) throws -> [[String]] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))))",
            path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode([[String]].self, from: data)
    }

    func read(_ text: String) throws -> (rows: [Row], malformed: [String]) {
        let folder = try TemporaryFolder()
        try text.write(toFile: folder.file("a.csv"), atomically: false, encoding: .utf8)
        let (rows, malformed) = (TestOutput<Row>(), TestOutput<String>())
        let pipeline = Pipeline("read") { graph in
            let side = graph.sideOutput("malformed", of: MalformedInput.self)
            graph.source(
                .csvFiles(in: folder.path, decoding: Row.self, missing: []), malformed: .deadLetter(to: side)
            ).sink(rows)
            side.stream.map { "\($0.place): \($0.reason)" }.sink(malformed)
        }
        try PipelineTest(seed: 1).run(pipeline)
        return (rows.records, malformed.records)
    }

    @Test func whatIsDoubtfulIsNamed() throws {
        let error = #expect(throws: (any Error).self) { try read("a,b\r1,2\r3,4\r") }
        #expect("\(error as Any)".contains("CR alone"))
        let repeated = #expect(throws: (any Error).self) { try read("a,b,a\n1,2,3\n") }
        #expect("\(repeated as Any)".contains("several columns \"a\""))
        let odd = try read("a,b\n1\n1,2,3\n\"x\"y,2\n1\r2,3\n\"ok\",fine\n")
        #expect(odd.rows == [Row(a: "ok", b: "fine")])
        let reasons = ["expected 2 fields, found 1", "found 3", "separator after the closing quote", "CR"]
        #expect(odd.malformed.count == 4)
        for (found, reason) in zip(odd.malformed, reasons) { #expect(found.contains(reason), "\(found)") }
    }

    @Test func aLineWithALineEndIsRefused() throws {
        let folder = try TemporaryFolder()
        let pipeline = Pipeline("lines") { graph in
            graph.source(.memory([["one", "two\nthree"]])).sink(.lines(directory: folder.file("out")))
        }
        let error = #expect(throws: (any Error).self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect("\(error as Any)".contains("line end"))
    }
}
