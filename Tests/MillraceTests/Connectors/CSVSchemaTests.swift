import Foundation
import Millrace
import MillraceTesting
import Testing

@testable import MillraceFiles

/// Rows decoded by a schema, beside the same rows through `Codable`: the same records, the same words for what is malformed.
@Suite struct CSVSchemaTests {
    enum Side: String, Codable, CaseIterable, FieldValue { case buy, sell }

    struct Trade: SchemaRecord, Codable, Equatable {
        var id: Int
        var price: Double?
        var symbol: InlineText
        var note: String?
        var small: Int8
        var side: Side?
        var isOpen: Bool
        var at: Timestamp
        var ratio: Float?
        var absent: Int?

        static func schema(_ record: inout some FieldVisitor<Trade>) throws -> Trade {
            try Trade(
                id: record.field("id", \.id), price: record.field("price", \.price),
                symbol: record.field("symbol", \.symbol), note: record.field("note", \.note),
                small: record.field("small", \.small), side: record.field("side", \.side),
                isOpen: record.field("isOpen", \.isOpen), at: record.field("at", \.at),
                ratio: record.field("ratio", \.ratio),
                absent: record.field("absent", \.absent))
        }
    }

    /// What becomes of the rows of a text: records, and the reasons for those that are malformed.
    func rows<Format: FileFormat>(of format: Format, _ text: [UInt8]) throws -> [String] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count + 64, alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: text)
        for place in text.count..<buffer.count { buffer[place] = UInt8(ascii: "7") }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<text.count])
        var decoder = try format.makeDecoder(file: "trades.csv")
        var place = 0
        if decoder.hasHeader, let header = decoder.frame(bytes, isLast: true) {
            try decoder.readHeader(UnsafeRawBufferPointer(rebasing: bytes[..<header.content]))
            place = header.length
        }
        var found = Rows<Format.Record>()
        while place < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
            let run = try decoder.decodeRun(rest, limit: 3, into: &found)
            place += run.bytes
            if run.records > 0 { continue }
            guard let frame = decoder.frame(rest, isLast: true) else { break }
            switch try decoder.decode(UnsafeRawBufferPointer(rebasing: rest[..<frame.content])) {
            case .record(let record): try found.record(record, bytes: frame.length)
            case .blank: break
            case .malformed(let reason): found.lines.append("malformed: \(reason)")
            }
            place += frame.length
        }
        return found.lines
    }

    struct Rows<Record>: RecordCollector {
        var lines: [String] = []
        mutating func record(_ record: Record, bytes: Int) throws { lines.append("\(record)") }
        mutating func malformed(_ input: MalformedInput) throws { lines.append(input.reason) }
    }

    @Test(arguments: TestSeeds.some(40))
    func sameAsCodable(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
        var names = ["id", "price", "symbol", "note", "small", "side", "isOpen", "at", "ratio", "unused"]
        names.shuffle(using: &random)
        let separator = pick([",", ";", "\t"])
        var lines = [names.joined(separator: separator)]
        for _ in 0..<200 {
            let fields = names.map { name -> String in
                if pick([true] + Array(repeating: false, count: 40)) { return pick(["", "NA", "x", "-999", "a;b,c"]) }
                switch name {
                case "id":
                    return pick([
                        "0", "-0", "+7", "12", "-12345678", "123456789", "9223372036854775807", "-9223372036854775808",
                    ])
                case "price", "ratio":
                    return pick(["", "NA", "1", "-4", "0", "-0", "2.5", "1e3", "nan", "123456789.25", "0.1"])
                case "symbol": return pick(["JFK", "", "fifteen bytes!!", "LGA", "EWR"])
                case "note":
                    return pick([
                        "plain", "NA", "", "gr\u{fc}n", "\"quoted\"", "\"a \"\"b\"\"\(separator) c\"", "\"two\nlines\"",
                        "a\"b",
                    ])
                case "small": return pick(["1", "127", "-128", "128"])
                case "side": return pick(["buy", "sell", "NA", "\"buy\""])
                case "isOpen": return pick(["true", "false", "1", "0", "TRUE"])
                case "at": return pick(["2013-01-01T05:15:00Z", "1700000000000", "2013-01-01 05:15"])
                default:
                    return pick([
                        "", "anything", "\"quo\"\"ted\"", "long text that nobody reads, that is to say, a comment",
                    ])
                }
            }
            lines.append(fields.joined(separator: separator))
            if pick([true] + Array(repeating: false, count: 20)) {
                lines.append(pick(["", "1", separator, "\"open", "\r"]))
            }
        }
        let lineEnd = pick(["\n", "\r\n"])
        var text = Array(lines.joined(separator: lineEnd).utf8)
        if pick([true, false]) { text += Array(lineEnd.utf8) }
        // Every other text has some bytes changed, but those of the header.
        if seed % 2 == 0 {
            for _ in 0..<20 {
                let place = Int.random(in: lines[0].utf8.count + 2..<text.count, using: &random)
                text[place] = pick(Array("\",;\n\r9-. a".utf8) + [0, 0xff, 0xc3, 0x80])
            }
        }
        let missing: Set<String> = pick([["", "NA"], ["NA"], ["", "-999"], [], ["a text of more than 8 bytes", ""]])
        let schema = try rows(of: CSVSchemaFormat<Trade>(separator: Character(separator), missing: missing), text)
        let codable = try rows(of: CSVFormat<Trade>(separator: Character(separator), missing: missing), text)
        #expect(schema.count > 50)
        // The words for what is no case and for a text that is too long are each way's own.
        func isOwn(_ line: String) -> Bool {
            line.hasPrefix("malformed: column side: expected") || line.hasPrefix("malformed: column symbol: expected")
        }
        for (one, other) in zip(schema, codable) where one != other && !(isOwn(one) && isOwn(other)) {
            Issue.record("seed \(seed): \(one), not \(other)")
            return
        }
        #expect(schema.count == codable.count, "seed \(seed)")
    }

    @Test func whatAFileLacksIsRefused() throws {
        let text = Array("id,symbol,symbol\n1,A,B\n".utf8)
        for (format, words) in [
            ("id,price\n1,2\n", "has no column \"symbol\""),
            ("id,symbol,symbol\n1,A,B\n", "several columns \"symbol\""),
        ] {
            do {
                _ = try rows(of: CSVSchemaFormat<Trade>(), Array(format.utf8))
                Issue.record("accepted")
            } catch let error as SourceError { #expect("\(error)".contains(words), "\(error)") }
        }
        struct Nested: SchemaRecord {
            var id: [Int]
            static func schema(_ record: inout some FieldVisitor<Nested>) throws -> Nested {
                try Nested(id: record.field("id", \.id))
            }
        }
        #expect(throws: SourceError.self) { try rows(of: CSVSchemaFormat<Nested>(), text) }
        for separator: Character in ["\"", "\r", "\n", "\r\n", "\u{e9}"] {
            #expect(throws: SourceError.self) {
                try CSVSchemaFormat<Trade>(separator: separator).makeDecoder(file: "f")
            }
        }
    }

    /// A schema with a condition would read another column than it names.
    @Test func aSchemaWithAConditionIsRefused() throws {
        struct Moody: SchemaRecord {
            var kind: Int
            var value: Int
            static func schema(_ record: inout some FieldVisitor<Moody>) throws -> Moody {
                let kind = try record.field("kind", \.kind)
                return try Moody(
                    kind: kind, value: kind == 0 ? record.field("a", \.value) : record.field("b", \.value))
            }
        }
        do {
            _ = try rows(of: CSVSchemaFormat<Moody>(), Array("kind,a,b\n0,1,2\n1,1,2\n".utf8))
            Issue.record("accepted")
        } catch let error as SourceError { #expect("\(error)".contains("visits the field \"b\""), "\(error)") }
    }

    @Test func defaultsAndColumnsByName() throws {
        struct Limit: SchemaRecord {
            var low: Int
            var high: Int
            static func schema(_ record: inout some FieldVisitor<Limit>) throws -> Limit {
                try Limit(low: record.field("low", \.low, default: 1), high: record.field("high", \.high, default: 9))
            }
        }
        let lines = try rows(of: CSVSchemaFormat<Limit>(columns: ["x", "high"]), Array("a,5\nb,\nc,NA\nd,x\n".utf8))
        #expect(
            lines == [
                "Limit(low: 1, high: 5)", "Limit(low: 1, high: 9)", "Limit(low: 1, high: 9)",
                "malformed: column high: expected Int, found \"x\"",
            ])
    }

    /// An operator's error names the first row of those that were passed on together: 32 in the first read, 64 at most.
    @Test(arguments: [(1, "line 2 "), (10, "line 2 "), (70, "line 34 "), (100, "line 98 ")])
    func errorsNameTheFirstRowOfTheBatch(bad: Int, line: String) throws {
        struct Row: SchemaRecord {
            var id: Int
            static func schema(_ record: inout some FieldVisitor<Row>) throws -> Row {
                try Row(id: record.field("id", \.id))
            }
        }
        struct Refused: Error {}
        let folder = try TemporaryFolder()
        let text = "id\n" + (1...100).map { "\($0)\n" }.joined()
        try text.write(toFile: folder.file("rows.csv"), atomically: true, encoding: .utf8)
        let pipeline = Pipeline("rows") { graph in
            graph.source(.csvFiles(in: folder.path, decoding: Row.self), name: "rows")
                .map { row in
                    if row.id == bad { throw Refused() }
                    return row.id
                }
                .sink(TestOutput<Int>())
        }
        do {
            _ = try PipelineTest(seed: 1).run(pipeline)
            Issue.record("no error")
        } catch { #expect("\(error)".contains(line), "\(error)") }
    }

    /// Files in a pipeline that dies and goes on: each row once, whatever the blocks in which a file is read.
    @Test(arguments: TestSeeds.some(10))
    func rowsComeOnceThroughCrashes(seed: UInt64) throws {
        struct Row: SchemaRecord {
            var id: Int
            var text: String
            static func schema(_ record: inout some FieldVisitor<Row>) throws -> Row {
                try Row(id: record.field("id", \.id), text: record.field("text", \.text))
            }
        }
        var random = TestRandom(seed: seed)
        let folder = try TemporaryFolder()
        var expected: [String] = []
        for file in 0..<2 {
            var text = "text,id\n"
            for row in 0..<3000 {
                let field = ["plain", "\"a, b\"", "\"two\nlines\"", ""][Int.random(in: 0..<4, using: &random)]
                text += "\(field)x\(file),\(row)\n".replacing("\"x\(file)", with: " x\(file)\"")
                expected.append(
                    "\(row) \(field.replacing("\"", with: ""))x\(file)".replacing("bx", with: "b x").replacing(
                        "sx", with: "s x"))
            }
            try text.write(toFile: folder.file("f\(file).csv"), atomically: true, encoding: .utf8)
        }
        let output = TestOutput<String>()
        func pipeline() -> Pipeline {
            Pipeline("rows") { graph in
                var files = CSVSchemaFiles<Row>(.directory(folder.path, extensions: ["csv"]), format: CSVSchemaFormat())
                files.readSize = 1000
                graph.source(files, name: "rows", recordsPerSecond: 20_000).map { "\($0.id) \($0.text)" }.sink(output)
            }
        }
        let test = PipelineTest(
            seed: seed, checkpoints: .init(directory: folder.file("state"), every: .milliseconds(20)))
        for _ in 0..<3 {
            _ = try test.runUntilCrash(
                pipeline(), at: .committed(CheckpointNumber(UInt64.random(in: 1...3, using: &random))))
        }
        try test.run(pipeline())
        expectSame(output.records, expected, "seed \(seed)")
    }
}
