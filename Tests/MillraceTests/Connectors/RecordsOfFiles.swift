import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceFiles

/// Reads all partitions of a file source without a pipeline.
enum RecordsOfFiles {
    struct Row: Decodable, Sendable, Hashable {
        let name: String
        let value: Int?
    }

    /// What a reader passes on, as text.
    struct Gatherer<Record>: RecordCollector {
        var found: [String] = []
        mutating func record(_ record: Record, bytes: Int) { found.append("\(record)") }
        mutating func malformed(_ input: MalformedInput) { found.append("malformed: \(input.excerpt)") }
    }

    struct Part<Position> {
        var partition: PartitionID
        var records: [String]
        var position: Position
        var isAtEnd: Bool
    }

    /// Reads `partition` to its end, or until it has given `limit` records.
    static func read<F: FileFormat>(
        _ source: FileSource<F>, _ partition: PartitionID, from position: FilePosition? = nil, atMost limit: Int = .max
    ) throws -> Part<FilePosition> {
        var reader = try source.open(partition, at: position, context: SourceContext())
        var gatherer = Gatherer<F.Record>()
        var (isAtEnd, waits) = (false, 0)
        while gatherer.found.count < limit, !isAtEnd, waits < 100 {
            let outcome = try reader.read(
                limit: ReadLimit(records: min(7, limit - gatherer.found.count), bytes: 1 << 20), into: &gatherer)
            switch outcome {
            case .more: break
            case .end: isAtEnd = true
            default: waits += 1
            }
        }
        return Part(partition: partition, records: gatherer.found, position: reader.position, isAtEnd: isAtEnd)
    }

    /// A position as a checkpoint gives it back.
    static func stored(_ position: FilePosition) throws -> FilePosition {
        var writer = ByteWriter()
        position.encode(into: &writer)
        return try writer.bytes().withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            return try FilePosition.decode(from: &reader)
        }
    }

    /// All partitions, in their order; `shuffled` by a seed if one is given.
    static func readAll<F: FileFormat>(_ source: FileSource<F>, shuffled seed: UInt64? = nil) throws -> [Part<
        FilePosition
    >] {
        let partitions = try source.partitions()
        var order = Array(partitions.indices)
        if let seed {
            var random = SeededRandom(seed: seed)
            order.shuffle(using: &random)
        }
        let parts = try order.map { ($0, try read(source, partitions[$0])) }
        return parts.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Text with what makes CSV hard: quoted line ends, stray quotes, unclosed ones, CRLF, blank lines, a byte order mark.
    static func someCSV(rows: Int, using random: inout SeededRandom) -> [UInt8] {
        let pieces = ["a", "\"\"", ",", "\n", "\r\n", "é", "  ", "long long text", "\n\n"]
        var text = Bool.random(using: &random) ? "\u{feff}" : ""
        text += Bool.random(using: &random) ? "name,value\n" : "\"name\",\"value\"\r\n"
        for index in 0..<rows {
            let name = (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            switch Int.random(in: 0..<12, using: &random) {
            case 0: text += "\n"
            case 1: text += "5\" disk,\(index)"
            case 2: text += "x,not a number"
            case 3 where index > rows - 3: text += "\"unclosed,\(index)"
            default: text += "\"x\(name.joined())\",\(index)"
            }
            if index < rows - 1 || Bool.random(using: &random) {
                text += Bool.random(using: &random) ? "\r\n" : "\n"
            }
        }
        return [UInt8](text.utf8)
    }
}
