import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceFiles

/// Lines decoded by a schema, many at a time and in place, beside the same lines through `Codable`.
@Suite struct JSONLinesSchemaTests {
    struct Reading: SchemaRecord, Codable {
        var id: Int64
        var sensor: String
        var code: InlineText?
        var value: Double?
        var isValid: Bool
        var last: [Int]

        static func schema(_ record: inout some FieldVisitor<Reading>) throws -> Reading {
            try Reading(
                id: record.field("id", \.id), sensor: record.field("sensor", \.sensor),
                code: record.field("code", \.code), value: record.field("value", \.value),
                isValid: record.field("isValid", \.isValid), last: record.field("last", \.last))
        }
    }

    /// Mostly what an encoder writes; else what stops a run: members in another order, line ends within an object, two
    /// objects in a line, escapes, other numbers, damage.
    static func line(_ index: Int, using random: inout SeededRandom) -> [UInt8] {
        let sensor = ["s\(index)", "über", "a\\u00e9\\n", "", "a sensor with a long name"].randomElement(using: &random)
        let id = [index, index * 1_000_003, -index, 1_234_567_890_123_456].randomElement(using: &random) ?? 0
        let value = ["1.5", "-0.25", "1e3", "null", "12345678.875", "7"].randomElement(using: &random) ?? ""
        var text =
            #"{"id":\#(id),"sensor":"\#(sensor ?? "")","code":"JFK","value":\#(value),"isValid":true,"last":[1,\#(index)]}"#
        switch Int.random(in: 0..<24, using: &random) {
        case 0: text = #"{"isValid":false,"last":[],"sensor":"x","id":\#(index)}"#
        case 1: text = text.replacingOccurrences(of: ",\"value", with: ",\n\"value")
        case 2: text += text
        case 3: text = "  " + text + " \t "
        case 4: text = text.replacingOccurrences(of: ":", with: " : ")
        case 5: text = ""
        case 6: text = text.replacingOccurrences(of: "}", with: "")
        case 7: text = String(text.prefix(Int.random(in: 0...text.count, using: &random)))
        case 8: text = text.replacingOccurrences(of: "}", with: ",\"more\":{\"a\":[1,2]}}")
        default: break
        }
        var bytes = [UInt8](text.utf8)
        if Int.random(in: 0..<20, using: &random) == 0, !bytes.isEmpty {
            bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        return bytes + (Int.random(in: 0..<5, using: &random) == 0 ? [0x0d, 0x0a] : [0x0a])
    }

    @Test(arguments: TestSeeds.some(40))
    func runsOfLinesAreTheLines(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder()
        let path = folder.file("a.jsonl")
        var text = (0..<200).flatMap { Self.line($0, using: &random) }
        if Bool.random(using: &random) { text.removeLast() }
        try Data(text).write(to: URL(fileURLWithPath: path))
        let expected = try RecordsOfFiles.readAll(JSONLinesFiles<Reading>(.file(path), format: JSONLinesFormat()))
        for readSize in [1, 40, 300, 1 << 18] {
            var source = JSONLinesSchemaFiles<Reading>(.file(path), format: JSONLinesSchemaFormat())
            source.readSize = readSize
            let found = try RecordsOfFiles.readAll(source)
            #expect(found.flatMap(\.records) == expected.flatMap(\.records), "seed \(seed), \(readSize) bytes a read")
            #expect(found.map(\.position.line) == expected.map(\.position.line))
        }
    }
}
