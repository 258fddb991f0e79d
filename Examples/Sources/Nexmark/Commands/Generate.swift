import ArgumentParser
import Foundation
import Millrace
import MillraceJSON

/// Writes events to files.
struct Generate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write persons.jsonl, auctions.jsonl and bids.jsonl.")

    enum Times: String, ExpressibleByArgument, CaseIterable {
        case iso, ms
    }

    @OptionGroup var options: GeneratorOptions

    @Option(help: "The directory; made if it is not there.")
    var out: String

    @Option(help: "How times are written: iso (2025-01-01T00:00:00.000Z) or ms (milliseconds since 1970).")
    var times = Times.iso

    func run() throws {
        let generator = try options.generator()
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        var (persons, auctions, bids) = (
            try LineWriter(out + "/persons.jsonl"), try LineWriter(out + "/auctions.jsonl"),
            try LineWriter(out + "/bids.jsonl")
        )
        for number in 0..<options.events {
            switch generator.event(number) {
            case .person(let person): try persons.write(Line(record: person, times: times))
            case .auction(let auction): try auctions.write(Line(record: auction, times: times))
            case .bid(let bid): try bids.write(Line(record: bid, times: times))
            }
        }
        try persons.close()
        try auctions.close()
        try bids.close()
        print("\(out): \(persons.lines) persons, \(auctions.lines) auctions, \(bids.lines) bids")
    }
}

/// A record whose times are written as asked for.
private struct Line<Record: Encodable>: Encodable {
    let record: Record
    let times: Generate.Times

    func encode(to encoder: any Encoder) throws {
        var columns = encoder.container(keyedBy: ColumnName.self)
        for child in Mirror(reflecting: record).children {
            guard let name = child.label.map({ ColumnName($0) }) else { continue }
            switch child.value {
            case let time as Timestamp where times == .ms: try columns.encode(time.milliseconds, forKey: name)
            case let time as Timestamp: try columns.encode(RowTime(time), forKey: name)
            case let number as Int: try columns.encode(number, forKey: name)
            case let text as String: try columns.encode(text, forKey: name)
            default: continue
            }
        }
    }
}

/// Writes JSON Lines to one file.
private struct LineWriter {
    private let file: FileHandle
    private let encoder = JSONRecordEncoder()
    private var buffer: [UInt8] = []
    private(set) var lines = 0

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("\(path) cannot be written") }
        self.file = file
    }

    mutating func write(_ record: some Encodable) throws {
        try encoder.encode(record, into: &buffer)
        buffer.append(UInt8(ascii: "\n"))
        lines += 1
        if buffer.count > 1 << 20 { try flush() }
    }

    private mutating func flush() throws {
        try file.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    mutating func close() throws {
        try flush()
        try file.close()
    }
}
