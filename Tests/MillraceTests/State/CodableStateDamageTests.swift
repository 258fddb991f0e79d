import Foundation
import Testing

@testable import Millrace
@testable import MillraceTime
@testable import MillraceState
@testable import MillraceFiles

/// Random values, random damage, and the bytes that the format has to keep.
@Suite struct CodableStateDamageTests {
    /// A value of any shape, as a `Codable` type of its own.
    indirect enum Anything: CodableState, Equatable {
        case nothing, flag(Bool), number(Int64), large(UInt64), real(Double), text(String), bytes([UInt8])
        case time(Timestamp), list([Anything]), fields([String: Anything]), record(Record)

        init(_ random: inout some RandomNumberGenerator, depth: Int) {
            func text(_ random: inout some RandomNumberGenerator) -> String {
                let letters = Array("abcé🦆\0 \u{301}")
                return String(
                    (0..<Int.random(in: 0...12, using: &random)).map { _ in letters.randomElement(using: &random) ?? "x"
                    })
            }
            switch Int.random(in: 0...(depth > 0 ? 12 : 7), using: &random) {
            case 0: self = .nothing
            case 1: self = .flag(.random(using: &random))
            case 2:
                self = .number(
                    Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random))
            case 3: self = .large(.random(in: .min ... .max, using: &random))
            case 4: self = .real(.random(in: -1e9...1e9, using: &random))
            case 5: self = .text(text(&random))
            case 6: self = .bytes((0..<Int.random(in: 0...40, using: &random)).map { UInt8(truncatingIfNeeded: $0) })
            case 7: self = .time(Timestamp(milliseconds: .random(in: .min ... .max, using: &random)))
            case 8, 9:
                self = .list(
                    (0..<Int.random(in: 0...6, using: &random)).map { _ in Anything(&random, depth: depth - 1) })
            case 10:
                var fields: [String: Anything] = [:]
                for _ in 0..<Int.random(in: 0...6, using: &random) {
                    fields[text(&random)] = Anything(&random, depth: depth - 1)
                }
                self = .fields(fields)
            default: self = .record(Record(&random, depth: depth - 1))
            }
        }
    }

    struct Record: CodableState, Equatable {
        var a: Int?
        var b: String?
        var inner: Anything
        var more: [Record]
        var map: [Int: Int8]?
        var pair: [UUID?]
        var url: URL?
        var nested: [[Double?]]?

        init(_ random: inout some RandomNumberGenerator, depth: Int) {
            a = Bool.random(using: &random) ? Int.random(in: -1000...1000, using: &random) : nil
            b =
                Bool.random(using: &random)
                ? String(repeating: "b", count: Int.random(in: 0...300, using: &random)) : nil
            inner = Anything(&random, depth: depth)
            more =
                depth > 0
                ? (0..<Int.random(in: 0...2, using: &random)).map { _ in Record(&random, depth: depth - 2) } : []
            map = Bool.random(using: &random) ? [5: 1, Int.random(in: 6..<1000, using: &random): -1] : nil
            pair = Bool.random(using: &random) ? [UUID(), nil] : []
            url = Bool.random(using: &random) ? URL(string: "https://example.org/") : nil
            nested = Bool.random(using: &random) ? [[1, nil], []] : nil
        }
    }

    /// Numbers that a seed brings back.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    static func random() -> Seeded {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of this run: \(seed)")
        return Seeded(state: seed)
    }

    /// Decodes, and accepts every error that may come out.
    static func tryToRead<T: CodableState>(_ type: T.Type, _ bytes: [UInt8]) -> Bool {
        do {
            _ = try bytes.withUnsafeBytes { all in
                var reader = ByteReader(all)
                return try T.decode(from: &reader)
            }
            return true
        } catch is StateDecodingError {
        } catch is DecodingError {
        } catch {
            Issue.record("unexpected error \(error)")
        }
        return false
    }

    @Test func randomValuesRoundTripAndAgreeWithJSON() throws {
        var random = Self.random()
        for _ in 0..<400 {
            let record = Record(&random, depth: 4)
            #expect(try CodableStateTests.value(Record.self, CodableStateTests.bytes(record)) == record)
            let json = try JSONDecoder().decode(Record.self, from: JSONEncoder().encode(record))
            #expect(json == record)
            let anything = Anything(&random, depth: 4)
            #expect(try CodableStateTests.value(Anything.self, CodableStateTests.bytes(anything)) == anything)
        }
    }

    @Test func everyTruncationThrows() {
        var random = Self.random()
        for _ in 0..<20 {
            let bytes = CodableStateTests.bytes(Record(&random, depth: 3))
            for length in 0..<bytes.count { #expect(!Self.tryToRead(Record.self, Array(bytes[..<length]))) }
        }
    }

    @Test func mutationsNeverTrap() {
        var random = Self.random()
        for _ in 0..<100 {
            let record = CodableStateTests.bytes(Record(&random, depth: 3))
            let anything = CodableStateTests.bytes(Anything(&random, depth: 3))
            for _ in 0..<100 {
                _ = Self.tryToRead(Record.self, Self.damaged(record, &random))
                _ = Self.tryToRead(Anything.self, Self.damaged(anything, &random))
                // Bytes of one type read as another.
                _ = Self.tryToRead(CodableStateTests.Box<[Decimal]>.self, Self.damaged(anything, &random))
                _ = Self.tryToRead(CodableStateTests.Tree.self, Self.damaged(record, &random))
            }
        }
    }

    @Test func noiseNeverTraps() {
        var random = Self.random()
        let tags: [UInt8] = Array(0...0x0F) + [0x80, 0x81, 0xFF]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? tags.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...8, using: &random)
            }
            _ = Self.tryToRead(Record.self, bytes)
            _ = Self.tryToRead(Anything.self, bytes)
            _ = Self.tryToRead(CodableStateTests.Derived.self, bytes)
            _ = Self.tryToRead(CodableStateTests.Color.self, bytes)
        }
    }

    static func damaged(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard let place = bytes.indices.randomElement(using: &random) else { break }
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = .random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(.random(in: 0...255, using: &random), at: place)
            default:
                bytes[place] =
                    [0, 1, 0x7F, 0x80, 0xFF, StateTag.array, StateTag.object].randomElement(using: &random) ?? 0
            }
        }
        return bytes
    }

    @Test func lengthsBeyondTheEndAreRefused() {
        for tag in [StateTag.string, StateTag.bytes, StateTag.array, StateTag.object, StateTag.refused] {
            for length in [
                [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [UInt8](repeating: 0xFF, count: 9) + [0x01], [0x80, 0x80], [5],
            ] {
                for rest in [[], [1], [0, 0, 0, 0, 0]] as [[UInt8]] where rest.count < 5 || length != [5] {
                    #expect(!Self.tryToRead(Anything.self, [tag] + length + rest))
                }
            }
        }
    }

    // MARK: The format

    struct Visit: CodableState, Equatable {
        var page: String
        var at: Timestamp?
        var counts: [Int]
        var parts: [Part]
        var tags: [String: Bool]
        var raw: Data
        var ratio: Double
        var large: UInt64
        var none: Int??
    }

    struct Part: CodableState, Equatable {
        var id: Int
        var at: Float?
    }

    @Test func storedBytesStayTheSame() throws {
        let visit = Visit(
            page: "/a", at: Timestamp(milliseconds: 1_700_000_000_000), counts: [0, 127, 128, -1],
            parts: [Part(id: 1, at: 1.5), Part(id: 2)], tags: ["y": true, "x": false], raw: Data([0xCA, 0xFE]),
            ratio: 0.5, large: .max, none: nil)
        let hex = CodableStateTests.bytes(visit).map { String(format: "%02x", $0) }.joined()
        let stored: String = """
            0d4a000a022f61020480a0abfef962040c0780ff0480020401060c0e0d08088102080000c03f0d02\
            08820a0d060378020379030c0b02cafe0e09000000000000e03f1005ffffffffffffffff09047061\
            676502617406636f756e747305706172747302696404746167730372617705726174696f056c6172\
            6765
            """
        #expect(hex == stored)
        #expect(try CodableStateTests.value(Visit.self, CodableStateTests.bytes(visit)) == visit)
    }

    /// The example of `Docs/StateFormat.md`.
    @Test func theExampleOfTheDocument() throws {
        struct Item: CodableState { var name: String, price: Double? }
        struct Cart: CodableState { var user: Int, items: [Item], since: Timestamp? }
        let cart = Cart(
            user: 300, items: [Item(name: "tea", price: 2.5), Item(name: "cup", price: nil)],
            since: Timestamp(milliseconds: 1000))
        let fields: [UInt8] = [
            0x0D, 0x25,
            0x00, 0x04, 0xD8, 0x04,
            0x02, 0x0C, 0x1A,
            0x0D, 0x10,
            0x04, 0x0A, 0x03, 0x74, 0x65, 0x61,
            0x06, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x40,
            0x0D, 0x06,
            0x04, 0x0A, 0x03, 0x63, 0x75, 0x70,
            0x08, 0x04, 0xD0, 0x0F,
        ]
        var names: [UInt8] = [5]
        for name in ["user", "items", "name", "price", "since"] {
            names.append(UInt8(name.utf8.count))
            names += Array(name.utf8)
        }
        #expect(CodableStateTests.bytes(cart) == fields + names)
    }
}
