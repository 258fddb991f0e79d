import Foundation
import Testing
@testable import Millrace
@testable import MillraceTime
@testable import MillraceState

/// What cannot be stored, or is misused.
extension CodableStateTests {
    enum Fussy: Codable, ExpressibleByIntegerLiteral, Sendable {
        case fine, failing
        init(integerLiteral value: Int) { self = .fine }
        init(from decoder: any Decoder) throws { self = .fine }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode("half")
            var nested = container.nestedUnkeyedContainer()
            try nested.encode(1)
            if case .failing = self {
                throw EncodingError.invalidValue(
                    "it", EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "is fussy"))
            }
        }
    }

    @Test func whatCannotBeEncodedSaysSoWhenRead() throws {
        for value in [[Fussy.fine, .failing], [.failing]] {
            let bytes = Self.bytes(Box(value: ["k": value]))
            let error = #expect(throws: StateDecodingError.self) {
                try Self.value(Box<[String: [Fussy]]>.self, bytes)
            }
            #expect(
                error?.found == "a value that could not be written: value.k.Index \(value.count - 1): is fussy (it)")
        }
        _ = try Self.value(Box<[Fussy]>.self, Self.bytes(Box<[Fussy]>(value: [.fine])))
    }

    @Test func whatIsMisusedIsRefused() throws {
        final class Keeper: @unchecked Sendable { var containers: [any UnkeyedEncodingContainer] = [] }
        struct Keeping: CodableState {
            var keeper: Keeper
            var misuse: Int
            init(_ keeper: Keeper, _ misuse: Int) { (self.keeper, self.misuse) = (keeper, misuse) }
            init(from decoder: any Decoder) throws { self.init(Keeper(), 0) }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode(1)
                keeper.containers += [container, container.nestedUnkeyedContainer()]
                switch misuse {
                case 1: _ = encoder.container(keyedBy: Tree.CodingKeysForTests.self)
                case 2:
                    var single = encoder.singleValueContainer()
                    try single.encode(2)
                case 3: try container.encode(Meddling(container: container))
                default: break
                }
            }
        }
        struct Meddling: Encodable {
            var container: any UnkeyedEncodingContainer
            func encode(to encoder: any Encoder) throws {
                var outer = container
                try outer.encode(3)
            }
        }
        let keeper = Keeper()
        _ = try Self.value(Keeping.self, Self.bytes(Keeping(keeper, 0)))
        for index in keeper.containers.indices {
            #expect(throws: EncodingError.self) { try keeper.containers[index].encode(1) }
            #expect(throws: EncodingError.self) { try keeper.containers[index].encode([1]) }
            _ = keeper.containers[index].nestedUnkeyedContainer()
            _ = keeper.containers[index].superEncoder()
        }
        for misuse in 1...3 {
            #expect(throws: StateDecodingError.self) {
                try Self.value(Keeping.self, Self.bytes(Keeping(Keeper(), misuse)))
            }
        }
    }

    @Test func aDecoderKeptTooLongThrows() throws {
        final class Keeper: @unchecked Sendable { nonisolated(unsafe) static var decoders: [any Decoder] = [] }
        struct Keeping: CodableState {
            var a = 1
            init() {}
            init(from decoder: any Decoder) throws { Keeper.decoders.append(decoder) }
        }
        _ = try Self.value(Keeping.self, Self.bytes(Keeping()))
        let decoder = try #require(Keeper.decoders.first)
        #expect(throws: StateDecodingError.self) { try decoder.container(keyedBy: Tree.CodingKeysForTests.self) }
        #expect(throws: (any Error).self) { try decoder.singleValueContainer().decode(Int.self) }
        #expect(throws: (any Error).self) { try decoder.singleValueContainer().decode(String?.self) }
    }

    indirect enum Chain: Codable, Sendable {
        case end
        case link(Chain)
        init(length: Int) { self = (0..<length).reduce(.end) { chain, _ in .link(chain) } }
        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            self = container.isAtEnd ? .end : .link(try container.decode(Chain.self))
        }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            if case .link(let next) = self { try container.encode(next) }
        }
        var length: Int {
            if case .link(let next) = self { next.length + 1 } else { 0 }
        }
    }

    @Test func depth() throws {
        // The box is one of the levels, and the end of the chain another.
        let deepest = StateTag.depthLimit - 2
        #expect(try Self.value(Box<Chain>.self, Self.bytes(Box(value: Chain(length: deepest)))).value.length == deepest)
        for tooDeep in [deepest + 1, deepest * 4] {
            let error = #expect(throws: StateDecodingError.self) {
                try Self.value(Box<Chain>.self, Self.bytes(Box(value: Chain(length: tooDeep))))
            }
            #expect(error?.found.contains("nested more than 256 deep") == true)
        }
        var bytes: [UInt8] = [StateTag.array, 0]
        for _ in 0..<10_000 {
            var writer = ByteWriter()
            writer.write(StateTag.array)
            writer.writeLength(bytes.count)
            bytes = writer.bytes() + bytes
        }
        struct Top: CodableState {
            var chain: Chain
            init(from decoder: any Decoder) throws { chain = try Chain(from: decoder) }
        }
        #expect(throws: DecodingError.self) { try Self.value(Top.self, bytes + [0]) }
    }
}

extension CodableStateTests.Tree {
    enum CodingKeysForTests: CodingKey { case name }
}
