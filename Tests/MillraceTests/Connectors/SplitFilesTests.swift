import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceFiles

/// Files that are read as several partitions: each record once, whatever the parts cut through.
@Suite struct SplitFilesTests {
    typealias Row = RecordsOfFiles.Row

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func write(_ bytes: [UInt8], _ name: String = "a.csv") throws -> String {
        let path = folder.file(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test(arguments: TestSeeds.some(12))
    func everyRowOfCSVIsInOnePart(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let text = RecordsOfFiles.someCSV(rows: 30, using: &random)
        let path = try write(text)
        var whole = CSVFiles<Row>.csvFile(at: path, decoding: Row.self)
        whole.readSize = Int.random(in: 1...100, using: &random)
        let all = try RecordsOfFiles.readAll(whole).flatMap(\.records)
        for _ in 0..<12 {
            let size = Int.random(in: 1...(text.count + 5), using: &random)
            var source = CSVFiles<Row>.csvFile(at: path, decoding: Row.self, splitSize: size)
            source.readSize = Int.random(in: 1...100, using: &random)
            let parts = try RecordsOfFiles.readAll(source, shuffled: Bool.random(using: &random) ? seed : nil)
            #expect(parts.count == (text.count + size - 1) / size)
            #expect(parts.flatMap(\.records) == all, "seed \(seed), parts of \(size) bytes")
            #expect(parts.allSatisfy { $0.isAtEnd })
        }
    }

    @Test(arguments: TestSeeds.some(6))
    func everyLineIsInOnePart(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let lines = (0..<40).map { index in
            String(repeating: ["x", "é", ""].randomElement(using: &random) ?? "", count: index % 9) + "\(index)"
                + (Bool.random(using: &random) ? "\r" : "")
        }
        let text = [UInt8]((lines.joined(separator: "\n") + (Bool.random(using: &random) ? "\n" : "")).utf8)
        let path = try write(text, "a.txt")
        let all = try RecordsOfFiles.readAll(LineFiles.linesFile(at: path)).flatMap(\.records)
        for size in 1...(text.count + 2) {
            var source = LineFiles.linesFile(at: path, splitSize: size)
            source.readSize = Int.random(in: 1...50, using: &random)
            #expect(
                try RecordsOfFiles.readAll(source, shuffled: seed).flatMap(\.records) == all,
                "seed \(seed), \(size) bytes")
        }
    }

    @Test(arguments: TestSeeds.some(4))
    func aRestartAnywhereInAPartGivesItsRest(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let path = try write(RecordsOfFiles.someCSV(rows: 20, using: &random))
        let source = CSVFiles<Row>.csvFile(at: path, decoding: Row.self, splitSize: 90)
        for part in try RecordsOfFiles.readAll(source) {
            // A checkpoint before the part's start was found.
            let unread = try RecordsOfFiles.stored(
                source.open(part.partition, at: nil, context: SourceContext()).position)
            let again = try RecordsOfFiles.read(source, part.partition, from: unread)
            #expect(again.records == part.records, "seed \(seed), \(part.partition) from its unread position")
            for count in 1...max(1, part.records.count) {
                let first = try RecordsOfFiles.read(source, part.partition, atMost: count)
                let stored = try RecordsOfFiles.stored(first.position)
                let rest = try RecordsOfFiles.read(source, part.partition, from: stored)
                #expect(first.records + rest.records == part.records, "seed \(seed), \(part.partition) after \(count)")
            }
        }
    }

    /// The parts of a file that has grown are those of before, and further ones.
    @Test func theLastPartGrowsAndFurtherOnesFollow() throws {
        let path = try write([UInt8]((0..<20).map { "\($0)\n" }.joined().utf8), "a.txt")
        let source = LineFiles.linesFile(at: path, splitSize: 32)
        let before = try RecordsOfFiles.readAll(source)
        #expect(before.map(\.partition.name) == ["a.txt[0..<32]", "a.txt[32..<64]"])
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data((20..<40).map { "\($0)\n" }.joined().utf8))
        let starts = before.map { PartitionStart($0.partition, $0.position) }
        #expect(try source.unread(starts).map(\.name) == ["a.txt[32..<64]"])
        let partitions = try source.partitions()
        try source.checkNew(partitions.filter { new in !starts.contains { $0.partition == new } }, known: starts)
        var after = before.flatMap(\.records)
        after += try RecordsOfFiles.read(source, before[1].partition, from: before[1].position).records
        for partition in partitions.dropFirst(2) { after += try RecordsOfFiles.read(source, partition).records }
        #expect(after == (0..<40).map(String.init))
    }

    /// A last line that gets its rest after it was read is refused, in a part as in a whole file.
    @Test(arguments: [nil, 100] as [Int?])
    func aTornLastLineIsRefused(size: Int?) throws {
        let path = try write(
            [UInt8]((String(repeating: "x", count: 59) + "\n" + String(repeating: "y", count: 90)).utf8), "a.txt")
        let source = LineFiles.linesFile(at: path, splitSize: size)
        let parts = try RecordsOfFiles.readAll(source)
        #expect(parts.flatMap(\.records).count == 2)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("bbb\nccc\n".utf8))
        let last = try #require(parts.last)
        let error = #expect(throws: SourceError.self) {
            try RecordsOfFiles.read(source, last.partition, from: RecordsOfFiles.stored(last.position))
        }
        #expect(error?.description.contains("is not the beginning of a line any more") == true)
    }

    @Test func anotherDivisionIsRefused() throws {
        let path = try write([UInt8]((0..<20).map { "\($0)\n" }.joined().utf8), "a.txt")
        let read = try RecordsOfFiles.readAll(LineFiles.linesFile(at: path, splitSize: 32))
        let known = read.map { PartitionStart($0.partition, $0.position) }
        for size in [nil, 31] as [Int?] {
            let source = LineFiles.linesFile(at: path, splitSize: size)
            let error = #expect(throws: SourceError.self) { try source.checkNew(source.partitions(), known: known) }
            #expect(error?.description.contains("splitSize") == true)
        }
        let whole = try RecordsOfFiles.readAll(LineFiles.linesFile(at: path))
        let split = LineFiles.linesFile(at: path, splitSize: 32)
        let error = #expect(throws: SourceError.self) {
            try split.checkNew(split.partitions(), known: whole.map { PartitionStart($0.partition, $0.position) })
        }
        #expect(error?.description.contains("splitSize") == true)
    }

    @Test(arguments: [(true, 10, "cannot be split"), (false, 0, "expected a number of bytes from 1")])
    func senselessSettingsAreRefused(tailing: Bool, size: Int, text: String) throws {
        let path = try write([UInt8]("a\n".utf8), "a.txt")
        let pipeline = Pipeline("lines") { graph in
            graph.source(.linesFile(at: path, tailing: tailing, splitSize: size)).sink(TestOutput<String>())
        }
        let error = #expect(throws: (any Error).self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect(error.map { "\($0)" }?.contains(text) == true)
    }

    /// Exactly once over crashes, with the parts in several tasks.
    @Test(arguments: TestSeeds.some(3))
    func crashesLoseAndDoubleNothing(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let path = try write(RecordsOfFiles.someCSV(rows: 300, using: &random))
        let all = try RecordsOfFiles.readAll(CSVFiles<Row>.csvFile(at: path, decoding: Row.self)).flatMap(\.records)
        let output = TestOutput<String>()
        let pipeline = Pipeline("rows") { graph in
            graph.source(.csvFile(at: path, decoding: Row.self, splitSize: 900), malformed: .skip)
                .map { "\($0)" }.sink(output)
        }
        var test = PipelineTest(
            seed: seed, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(2)))
        test.options.endOfInput = .availableNow
        for point in [
            CrashPoint.encoded(CheckpointNumber(2)), .committed(CheckpointNumber(3)),
            .outputDurable(CheckpointNumber(4)),
        ] {
            if try !test.runUntilCrash(pipeline, parallelism: 2, at: point) { break }
        }
        try test.run(pipeline, parallelism: 2)
        #expect(output.records.sorted() == all.filter { !$0.hasPrefix("malformed") }.sorted(), "seed \(seed)")
    }
}
