import Foundation
import Millrace
import MillraceFiles

/// Decoding of rows that are in memory: 19 columns, of which the record reads 9.
enum CSVDecoding {
    /// Takes records, and counts them.
    struct Counter<Record>: RecordCollector {
        var records = 0
        var sum = 0
        let value: (Record) -> Int

        mutating func record(_ record: Record, bytes: Int) throws {
            records += 1
            sum &+= value(record)
        }
        mutating func malformed(_ input: MalformedInput) throws { throw Malformed(input: input) }
    }

    struct Malformed: Error { let input: MalformedInput }

    static func run(rows: Data) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: rows.count + 64, alignment: 16)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: rows)
        let text = UnsafeRawBufferPointer(rebasing: buffer[..<rows.count])
        try measure("CSV decode, 19 columns, 9 read", CSVSchemaFormat<Flight>(), text) {
            $0.hour &+ Int($0.departureDelay ?? 0)
        }
        try measure("the same through Codable", CSVFormat<CodableFlight>(), text) {
            $0.hour &+ Int($0.departureDelay ?? 0)
        }
    }

    private static func measure<Format: FileFormat>(
        _ name: String, _ format: Format, _ text: UnsafeRawBufferPointer, value: @escaping (Format.Record) -> Int
    ) throws {
        var decoder = try format.makeDecoder(file: "flights.csv")
        var (best, counter) = (Double.infinity, Counter<Format.Record>(value: value))
        guard let header = decoder.frame(text, isLast: true) else { return }
        try decoder.readHeader(UnsafeRawBufferPointer(rebasing: text[..<header.content]))
        for _ in 0..<5 {
            counter = Counter(value: value)
            let started = ProcessorTime.now
            try decodeAll(&decoder, UnsafeRawBufferPointer(rebasing: text[header.length...]), &counter)
            best = min(best, ProcessorTime.now - started)
        }
        print(
            "\(name): \(Int(best * 1e9 / Double(counter.records))) ns a row, \(counter.records) rows, checksum \(counter.sum)"
        )
    }

    private static func decodeAll<Decoder: FileRecordDecoder>(
        _ decoder: inout Decoder, _ text: UnsafeRawBufferPointer, _ counter: inout Counter<Decoder.Record>
    ) throws {
        var place = 0
        while place < text.count {
            let rest = UnsafeRawBufferPointer(rebasing: text[place...])
            let run = try decoder.decodeRun(rest, limit: 64, into: &counter)
            place += run.bytes
            if run.records > 0 { continue }
            guard let frame = decoder.frame(rest, isLast: true) else { break }
            if case .record(let record) = try decoder.decode(UnsafeRawBufferPointer(rebasing: rest[..<frame.content])) {
                try counter.record(record, bytes: frame.length)
            }
            place += frame.length
        }
    }
}
