import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceFiles

/// Files as sources: what is read, and that a restart at any record gives exactly the rest.
@Suite struct FileSourceTests {
    struct Row: Decodable, Sendable, Hashable {
        let name: String
        let value: Int?
    }

    /// Gathers what a reader hands over, and the position before each record.
    struct Gatherer<Record>: RecordCollector {
        var records: [Record] = []
        var malformed: [MalformedInput] = []
        mutating func record(_ record: Record, bytes: Int) { records.append(record) }
        mutating func malformed(_ input: MalformedInput) { malformed.append(input) }
    }

    func read<F: FileFormat>(
        _ source: FileSource<F>, from position: FileSource<F>.Reader.Position? = nil, atMost limit: Int = .max
    ) throws -> (records: [FileSource<F>.Record], malformed: [MalformedInput], position: FileSource<F>.Reader.Position)
    {
        let partition = try #require(try source.partitions().first)
        var reader = try source.open(partition, at: position, context: SourceContext())
        var gatherer = Gatherer<FileSource<F>.Record>()
        while gatherer.records.count < limit {
            let outcome = try reader.read(
                limit: ReadLimit(records: min(7, limit - gatherer.records.count), bytes: 1 << 20), into: &gatherer)
            if outcome != .more { break }
        }
        return (gatherer.records, gatherer.malformed, reader.position)
    }

    @Test func quotesLineEndsAndMissingValues() throws {
        let folder = try TemporaryFolder()
        let text = "\u{feff}name,other,value\r\n\"a,b\",x,1\r\n\"say \"\"hi\"\"\",,NA\n\"two\nlines\",y,\nplain,z,42"
        try text.write(toFile: folder.file("a.csv"), atomically: true, encoding: .utf8)
        let result = try read(CSVFiles<Row>.csvFiles(in: folder.path, decoding: Row.self))
        #expect(
            result.records == [
                Row(name: "a,b", value: 1), Row(name: "say \"hi\"", value: nil), Row(name: "two\nlines", value: nil),
                Row(name: "plain", value: 42),
            ])
        #expect(result.malformed.isEmpty)
    }

    @Test func invalidUTF8IsMalformedAndTheNextRowIsNot() throws {
        let folder = try TemporaryFolder()
        let bytes = Data("name,value\n".utf8) + Data([0xff, 0xfe, 0x2c, 0x31, 0x0a]) + Data("ok,2\n".utf8)
        try bytes.write(to: URL(fileURLWithPath: folder.file("a.csv")))
        let result = try read(CSVFiles<Row>.csvFiles(in: folder.path, decoding: Row.self))
        #expect(result.records == [Row(name: "ok", value: 2)])
        #expect(result.malformed.count == 1)
        #expect(result.malformed.first?.place.contains("line 2") == true)
    }

    @Test(arguments: TestSeeds.some(8))
    func aRestartAtAnyRecordGivesTheRest(seed: UInt64) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let folder = try TemporaryFolder()
        let pieces = ["a", "\"\"", ",", "\n", "\r\n", "é", "  ", "long long long text"]
        var text = "name,value\n"
        for index in 0..<40 {
            let name = (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            text += "\"x\(name.joined())\",\(index)" + (Bool.random(using: &random) ? "\r\n" : "\n")
        }
        try text.write(toFile: folder.file("a.csv"), atomically: true, encoding: .utf8)
        let source = CSVFiles<Row>.csvFiles(in: folder.path, decoding: Row.self)
        let all = try read(source).records
        #expect(all.count == 40)
        for count in 0...40 {
            let first = try read(source, atMost: count)
            let rest = try read(source, from: count == 0 ? nil : first.position)
            #expect(first.records + rest.records == all, "seed \(seed), restart after \(count)")
        }
    }

    @Test func jsonLinesNameWhatIsWrong() throws {
        let folder = try TemporaryFolder()
        try "{\"name\":\"a\",\"value\":1}\n\n{\"name\":3}\n{\"name\":\"b\"}".write(
            toFile: folder.file("a.jsonl"), atomically: true, encoding: .utf8)
        let result = try read(JSONLinesFiles<Row>.jsonLines(in: folder.path, decoding: Row.self))
        #expect(result.records == [Row(name: "a", value: 1), Row(name: "b", value: nil)])
        #expect(result.malformed.count == 1)
        #expect(result.malformed.first?.reason.contains("name") == true)
    }

    @Test func aGrowingFileIsFollowed() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.csv")
        try "name,value\na,1\nb".write(toFile: path, atomically: true, encoding: .utf8)
        let source = CSVFiles<Row>.csvFile(at: path, decoding: Row.self, tailing: true)
        let first = try read(source)
        #expect(first.records == [Row(name: "a", value: 1)])
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(",2\nc,3\n".utf8))
        #expect(try read(source, from: first.position).records == [Row(name: "b", value: 2), Row(name: "c", value: 3)])
    }

    @Test func aFileThatShrankIsNoticed() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.csv")
        try "name,value\na,1\nb,2\n".write(toFile: path, atomically: true, encoding: .utf8)
        let source = CSVFiles<Row>.csvFile(at: path, decoding: Row.self)
        let end = try read(source).position
        try "name,value\n".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: SourceError.self) { try read(source, from: end) }
        #expect(error?.description.contains("a.csv") == true)
    }

    /// The fingerprint of a file is kept with a header, too.
    @Test func anotherFileWithTheSameHeaderIsNoticed() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.csv")
        try "name,value\na,1\nb,2\n".write(toFile: path, atomically: true, encoding: .utf8)
        let source = CSVFiles<Row>.csvFile(at: path, decoding: Row.self)
        let position = try read(source, atMost: 1).position
        try "name,value\nc,1\nd,2\n".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: SourceError.self) { try read(source, from: position) }
        #expect(error?.description.contains("is not the file that was read") == true)
    }
}
