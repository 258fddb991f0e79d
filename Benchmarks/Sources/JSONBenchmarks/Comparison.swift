import Foundation
import MillraceJSON

/// Foundation's coder and Millrace's on one type, in turns, so that a busy machine slows both.
struct Comparison<Record: Codable & Checked> {
    let name: String
    let json: String
    /// Records a round for Foundation; Millrace gets five times as many.
    let records: Int

    private static var rounds: Int { 5 }

    func run() throws {
        let bytes = Array(json.utf8)
        let data = Data(bytes)
        let foundation = JSONDecoder()
        let millrace = try JSONRecordDecoder()
        try compare("decode") {
            try foundation.decode(Record.self, from: data).check
        } millrace: {
            try millrace.decode(Record.self, from: bytes).check
        }
        let record = try millrace.decode(Record.self, from: bytes)
        let foundationEncoder = JSONEncoder()
        let millraceEncoder = JSONRecordEncoder()
        var output: [UInt8] = []
        try compare("encode") {
            try foundationEncoder.encode(record).count
        } millrace: {
            output.removeAll(keepingCapacity: true)
            try millraceEncoder.encode(record, into: &output)
            return output.count
        }
    }

    /// The best of some rounds of each.
    private func compare(_ direction: String, foundation: () throws -> Int, millrace: () throws -> Int) throws {
        var best = (foundation: 0.0, millrace: 0.0)
        var checksums: Set<Int> = []
        for _ in 0..<Self.rounds {
            let theirs = try measure(records, foundation)
            let ours = try measure(5 * records, millrace)
            best = (max(best.foundation, theirs.rate), max(best.millrace, ours.rate))
            checksums.formUnion([theirs.checksum * 5, ours.checksum])
        }
        let agree = checksums.count == 1 ? "checksum \(checksums.first ?? 0)" : "CHECKSUMS DIFFER: \(checksums)"
        print(
            "\(name) \(direction): Foundation \(perSecond(best.foundation)), Millrace \(perSecond(best.millrace)), "
                + "\(String(format: "%.1f", best.millrace / best.foundation)) times; \(agree)")
    }

    private func measure(_ count: Int, _ body: () throws -> Int) rethrows -> (rate: Double, checksum: Int) {
        var checksum = 0
        let duration = try ContinuousClock().measure {
            for _ in 0..<count { checksum &+= try body() }
        }
        return (Double(count) / (duration / .seconds(1)), checksum)
    }

    private func perSecond(_ rate: Double) -> String { "\(Int(rate / 1000))k records/s" }
}
