import Foundation
import Millrace
import MillraceFiles
import MillraceJSON

/// JSON and the binary form of state, beside the same types through `Codable`.
enum Codecs {
    static let count = 100_000

    static func json() throws {
        let bids = (0..<count).map(Bid.made)
        let texts = try bids.map { try JSONSchemaEncoder().encode($0) }
        let (schemaDecoder, codableDecoder) = (try JSONSchemaDecoder(), try JSONRecordDecoder())
        let (schemaEncoder, codableEncoder) = (JSONSchemaEncoder(), JSONRecordEncoder())
        try compare(
            "JSON decode, five fields with a text",
            schema: { sum in
                for text in texts {
                    sum &+= try text.withUnsafeBytes { try schemaDecoder.decode(Bid.self, from: $0) }.digest
                }
            },
            codable: { sum in for text in texts { sum &+= try codableDecoder.decode(Bid.self, from: text).digest } })
        // Lines as they are in a file, followed by zeros.
        let lines = texts.flatMap { $0 + [0x0a] } + [UInt8](repeating: 0, count: 64)
        var decoder = try JSONLinesSchemaFormat<Bid>().makeDecoder(file: "bids")
        try compare(
            "JSON Lines decode, the same, 64 lines a call",
            schema: { sum in
                var digests = Digests()
                try lines.withUnsafeBytes { bytes in
                    var rest = UnsafeRawBufferPointer(rebasing: bytes.dropLast(64))
                    while !rest.isEmpty {
                        let run = try decoder.decodeRun(rest, limit: 64, into: &digests)
                        guard run.records > 0 else { break }
                        rest = UnsafeRawBufferPointer(rebasing: rest[run.bytes...])
                    }
                }
                sum = digests.sum
            },
            codable: { sum in for text in texts { sum &+= try codableDecoder.decode(Bid.self, from: text).digest } })
        try compare(
            "JSON decode, five fields with a text of at most 15 bytes",
            schema: { sum in
                for text in texts {
                    sum &+= try text.withUnsafeBytes { try schemaDecoder.decode(InlineBid.self, from: $0) }.digest
                }
            },
            codable: { sum in for text in texts { sum &+= try codableDecoder.decode(InlineBid.self, from: text).digest }
            })
        var bytes: [UInt8] = []
        try compare(
            "JSON encode, five fields with a text",
            schema: { sum in
                for bid in bids {
                    bytes.removeAll(keepingCapacity: true)
                    try schemaEncoder.encode(bid, into: &bytes)
                    sum &+= bytes.count
                }
            },
            codable: { sum in
                for bid in bids {
                    bytes.removeAll(keepingCapacity: true)
                    try codableEncoder.encode(bid, into: &bytes)
                    sum &+= bytes.count
                }
            })
    }

    static func state() throws {
        let profiles = (0..<count).map(Profile.made)
        let codables = profiles.map(CodableProfile.init)
        var writer = ByteWriter(capacity: 1 << 16)
        try compare(
            "state encode, five fields with a text and an array",
            schema: { sum in
                for profile in profiles {
                    writer.removeAll()
                    profile.encode(into: &writer)
                    sum &+= Int(profile.id)
                }
            },
            codable: { sum in
                for profile in codables {
                    writer.removeAll()
                    profile.encode(into: &writer)
                    sum &+= Int(profile.id)
                }
            })
        let (one, other) = (profiles.map(bytes), codables.map(bytes))
        try compare(
            "state decode, five fields with a text and an array",
            schema: { sum in
                for bytes in one {
                    sum &+= try bytes.withUnsafeBytes { bytes in
                        var reader = ByteReader(bytes)
                        let profile = try Profile.decode(from: &reader)
                        return Int(profile.id) &+ profile.name.utf8.count &+ profile.last.count
                    }
                }
            },
            codable: { sum in
                for bytes in other {
                    sum &+= try bytes.withUnsafeBytes { bytes in
                        var reader = ByteReader(bytes)
                        let profile = try CodableProfile.decode(from: &reader)
                        return Int(profile.id) &+ profile.name.utf8.count &+ profile.last.count
                    }
                }
            })
    }

    private static func bytes(_ value: some StateValue) -> [UInt8] {
        var writer = ByteWriter()
        value.encode(into: &writer)
        return writer.bytes()
    }

    /// The best of some rounds, as processor time.
    private static func compare(
        _ name: String, schema: (inout Int) throws -> Void, codable: (inout Int) throws -> Void
    ) throws {
        var (best, sums) = ([Double.infinity, .infinity], [0, 0])
        for _ in 0..<7 {
            for way in 0..<2 {
                sums[way] = 0
                let started = ProcessorTime.now
                if way == 0 { try schema(&sums[way]) } else { try codable(&sums[way]) }
                best[way] = min(best[way], ProcessorTime.now - started)
            }
        }
        let (one, other) = (best[0] * 1e9 / Double(count), best[1] * 1e9 / Double(count))
        guard sums[0] == sums[1] else { throw WrongChecksum(name: name) }
        print("\(name): \(Int(one)) ns, through Codable \(Int(other)) ns, checksum \(sums[0])")
    }
}

/// Sums up the records that it receives.
struct Digests: RecordCollector {
    var sum = 0

    mutating func record(_ record: Bid, bytes: Int) { sum &+= record.digest }
    mutating func malformed(_ input: MalformedInput) throws { throw WrongChecksum(name: input.place) }
}

/// Two ways of the same work gave different results.
struct WrongChecksum: Error, CustomStringConvertible {
    let name: String
    var description: String { "\(name): the checksums differ" }
}

extension InlineBid {
    var digest: Int { auction &+ bidder &+ price &+ channel.utf8Count &+ Int(time) }
}

extension Bid {
    var digest: Int { auction &+ bidder &+ price &+ channel.utf8.count &+ Int(time) }
}
