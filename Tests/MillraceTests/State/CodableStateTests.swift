import Foundation
import Testing

@testable import Millrace
@testable import MillraceTime
@testable import MillraceState

/// What `CodableState` writes reads back as the same value, also in another version of its type; damage throws.
@Suite struct CodableStateTests {
    static func bytes<T: CodableState>(_ value: T) -> [UInt8] {
        var writer = ByteWriter()
        value.encode(into: &writer)
        return writer.bytes()
    }

    static func value<T: CodableState>(_ type: T.Type = T.self, _ bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBytes { all in
            var reader = ByteReader(all)
            let value = try T.decode(from: &reader)
            #expect(reader.remaining == 0)
            return value
        }
    }

    static func roundTrip<T: CodableState & Equatable>(_ value: T, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        #expect(try Self.value(T.self, bytes(value)) == value, sourceLocation: sourceLocation)
    }

    /// A value wrapped so that any `Codable` type can be stored.
    struct Box<Value: Codable & Sendable>: CodableState { var value: Value }

    static func there<T: Codable & Sendable & Equatable>(_ value: T, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let back = try Self.value(Box<T>.self, bytes(Box(value: value)))
        #expect(back.value == value, sourceLocation: sourceLocation)
        let array = try Self.value(Box<[T]>.self, bytes(Box(value: [value, value])))
        #expect(array.value == [value, value], sourceLocation: sourceLocation)
        let optional = try Self.value(Box<[T?]>.self, bytes(Box<[T?]>(value: [nil, value])))
        #expect(optional.value == [nil, value], sourceLocation: sourceLocation)
    }

    /// The same through JSON.
    static func asJSON<T: Codable & Sendable & Equatable>(_ value: T) throws {
        let json = try JSONDecoder().decode(Box<T>.self, from: JSONEncoder().encode(Box(value: value)))
        let stored = try Self.value(Box<T>.self, bytes(Box(value: value)))
        #expect(json.value == stored.value)
    }

    // MARK: Scalars

    @Test func integersOfAllWidths() throws {
        func ends<T: FixedWidthInteger & Codable & Sendable>(_ type: T.Type) throws {
            for value in [T.min, T.max, 0, 1, 63, 64, 100, 127, T.max / 2, T.min / 2] { try Self.there(value) }
            if T.isSigned { for value in [-1, -64, -65, -100, -128] as [T] { try Self.there(value) } }
        }
        try ends(Int.self)
        try ends(Int8.self)
        try ends(Int16.self)
        try ends(Int32.self)
        try ends(Int64.self)
        try ends(Int128.self)
        try ends(UInt.self)
        try ends(UInt8.self)
        try ends(UInt16.self)
        try ends(UInt32.self)
        try ends(UInt64.self)
        try ends(UInt128.self)
        for shift in 0..<63 { try Self.there([1 << shift - 1, 1 << shift, -(1 << shift), -(1 << shift) - 1]) }
    }

    @Test func otherScalars() throws {
        for value in [0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude, .pi] as [Double] {
            try Self.there(value)
            try Self.there(Float(value))
        }
        let notANumber = try Self.value(Box<Double>.self, Self.bytes(Box(value: Double(nan: 77, signaling: false))))
        #expect(notANumber.value.bitPattern == Double(nan: 77, signaling: false).bitPattern)
        try Self.there(true)
        try Self.there(false)
        for value in ["", "a", "é\0🇩🇪", String(repeating: "long ", count: 10_000)] { try Self.there(value) }
        for value in [.distantPast, .distantFuture, Timestamp(milliseconds: -1), Timestamp(milliseconds: 1 << 41)] {
            try Self.there(value)
        }
    }

    @Test func standardTypes() throws {
        for count in [0, 1, 127, 128, 20_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try Self.there(bytes)
            try Self.there(Data(bytes))
            #expect(Self.bytes(Box(value: Data(bytes))) == Self.bytes(Box(value: bytes)))
        }
        try Self.there(Date(timeIntervalSince1970: 1_700_000_000.123))
        try Self.there(try #require(URL(string: "https://example.org/a?b=c#d")))
        try Self.there(try #require(URL(string: "b/c", relativeTo: URL(string: "https://example.org/a/"))))
        try Self.there(UUID())
        try Self.there(try #require(Decimal(string: "-12345678901234567890.123456789")))
        try Self.there(0...5)
        try Self.there(SIMD4<Float>(1, 2, 3, 4))
        try Self.there(Duration.milliseconds(1234))
        try Self.there(TimeWindow(start: Timestamp(milliseconds: 5), end: Timestamp(milliseconds: 10)))
        try Self.there(Set(["a", "b", "c"]))
        try Self.there(URLComponents(string: "https://example.org/?q=1"))
    }

    @Test func dictionaries() throws {
        try Self.there([String: Int]())
        try Self.there(["a": 1, "": 2, "é": 3, "e\u{301}x": 4])
        try Self.there([1: "a", -5: "b", Int.max: "c"])
        try Self.there([Timestamp(milliseconds: 3): 1.5, Timestamp(milliseconds: 4): 2.5])
        try Self.there([UUID(): ["x": [1, 2]], UUID(): [:]])
        try Self.there(["a": ["b": ["c": Data([1])]]])
        let large = Dictionary(uniqueKeysWithValues: (0..<3000).map { ("key \($0)", ["n": $0]) })
        try Self.there(large)
        // Equal dictionaries, built in another order and with another capacity.
        var other: [String: [String: Int]] = [:]
        other.reserveCapacity(20_000)
        for number in (0..<3000).reversed() { other["key \(number)"] = ["n": number] }
        #expect(Self.bytes(Box(value: large)) == Self.bytes(Box(value: other)))
    }

    // MARK: Types

    enum Event: Codable, Equatable, Sendable {
        case click(x: Int, y: Int, Timestamp?)
        case page(String)
        case nothing
        indirect case both(Event, Event)
    }

    enum Color: String, CodableState { case red, green }

    struct Tree: CodableState, Equatable {
        var name: String
        var children: [Tree] = []
        var notes: [String: Tree?]?
    }

    class Base: Codable, @unchecked Sendable {
        var id = 0
        init(id: Int) { self.id = id }
    }

    final class Derived: Base, CodableState, @unchecked Sendable {
        var id2 = ""
        private enum CodingKeys: String, CodingKey { case id2 }
        init(id: Int, id2: String) {
            super.init(id: id)
            self.id2 = id2
        }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id2 = try container.decode(String.self, forKey: .id2)
            try super.init(from: container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            // Asked for first and filled in last.
            let above = container.superEncoder()
            try container.encode(id2, forKey: .id2)
            try super.encode(to: above)
        }
    }

    /// Fills several nested containers in turn, and one of them not at all.
    struct Woven: CodableState, Equatable {
        var left: [Int], right: [String], pairs: [[Int]]
        enum Keys: String, CodingKey { case left, right, inner, empty, pairs, after }
        init(left: [Int], right: [String], pairs: [[Int]]) {
            (self.left, self.right, self.pairs) = (left, right, pairs)
        }
        init(from decoder: any Decoder) throws {
            let keyed = try decoder.container(keyedBy: Keys.self)
            var left = try keyed.nestedUnkeyedContainer(forKey: .left)
            let inner = try keyed.nestedContainer(keyedBy: Keys.self, forKey: .inner)
            var right = try inner.nestedUnkeyedContainer(forKey: .right)
            (self.left, self.right, pairs) = ([], [], [])
            while !left.isAtEnd { self.left.append(try left.decode(Int.self)) }
            while !right.isAtEnd { self.right.append(try right.decode(String.self)) }
            var all = try keyed.nestedUnkeyedContainer(forKey: .pairs)
            #expect(all.count == 2 * (all.count ?? 0) / 2)
            while !all.isAtEnd {
                let before = try all.nestedContainer(keyedBy: Keys.self)
                #expect(try before.decode(Int.self, forKey: .after) == all.currentIndex - 1)
                var pair = try all.nestedUnkeyedContainer()
                pairs.append([try pair.decode(Int.self), try pair.decode(Int.self)])
                #expect(pair.isAtEnd)
            }
            #expect(try keyed.nestedContainer(keyedBy: Keys.self, forKey: .empty).allKeys.isEmpty)
            #expect(try keyed.decode(Int.self, forKey: .after) == 1)
        }
        func encode(to encoder: any Encoder) throws {
            var keyed = encoder.container(keyedBy: Keys.self)
            var left = keyed.nestedUnkeyedContainer(forKey: .left)
            var inner = keyed.nestedContainer(keyedBy: Keys.self, forKey: .inner)
            _ = keyed.nestedContainer(keyedBy: Keys.self, forKey: .empty)
            var right = inner.nestedUnkeyedContainer(forKey: .right)
            var again = encoder.container(keyedBy: Keys.self)
            try again.encode(1, forKey: .after)
            var all = keyed.nestedUnkeyedContainer(forKey: .pairs)
            for (index, pair) in pairs.enumerated() {
                var before = all.nestedContainer(keyedBy: Keys.self)
                var nested = all.nestedUnkeyedContainer()
                try before.encode(2 * index, forKey: .after)
                for number in pair { try nested.encode(number) }
            }
            for index in 0..<max(self.left.count, self.right.count) {
                if index < self.left.count { try left.encode(self.left[index]) }
                if index < self.right.count { try right.encode(self.right[index]) }
            }
        }
    }

    @Test func typesOfAllKinds() throws {
        let click = Event.click(x: -1, y: 300, Timestamp(milliseconds: 7))
        for event in [click, .click(x: 0, y: 0, nil), .page("a"), .nothing, .both(.both(click, .nothing), .page(""))] {
            try Self.there(event)
            try Self.asJSON(event)
        }
        try Self.roundTrip(Color.green)
        #expect(Self.bytes(Color.red) == [StateTag.string, 3] + Array("red".utf8) + [0])
        let leaf = Tree(name: "leaf", notes: ["a": nil, "b": Tree(name: "c")])
        try Self.roundTrip(Tree(name: "root", children: [leaf, Tree(name: "é"), leaf]))
        try Self.asJSON(Tree(name: "root", children: [leaf, leaf]))
        let derived = try Self.value(Derived.self, Self.bytes(Derived(id: 5, id2: "five")))
        #expect(derived.id == 5)
        #expect(derived.id2 == "five")
        for count in [0, 1, 2, 50] {
            let woven = Woven(
                left: Array(0..<count), right: (0..<(count * 2)).map { "\($0)" }, pairs: (0..<count).map { [$0, -$0] })
            try Self.roundTrip(woven)
            try Self.roundTrip(Many(all: [woven, woven]))
            try Self.asJSON(woven)
        }
    }

    struct Many: CodableState, Equatable { var all: [Woven] }

    struct Empty: CodableState, Equatable {}

    @Test func severalValuesInOneWriter() throws {
        let all = [Tree(name: "a"), Tree(name: "b", children: [Tree(name: "c")]), Tree(name: "d")]
        var writer = ByteWriter()
        all.encode(into: &writer)
        Empty().encode(into: &writer)
        Color.red.encode(into: &writer)
        try writer.bytes().withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let trees = try [Tree].decode(from: &reader)
            let empty = try Empty.decode(from: &reader)
            let color = try Color.decode(from: &reader)
            #expect(trees == all)
            #expect(empty == Empty())
            #expect(color == .red)
            #expect(reader.remaining == 0)
        }
    }

    @Test func schemas() {
        #expect(Tree.stateSchema == "Tree/codable/1")
        #expect(Color.stateSchema == "Color/codable/1")
        #expect(Box<Int>.stateSchema == "Box<Int>/codable/1")
        #expect(Tree.fixedWidth == nil)
        #expect(Color.fixedWidth == nil)
    }

    // MARK: Versions

    struct First: CodableState, Equatable {
        var a: Int
        var b: String
        var gone: [Inner]
        var c: Double?
    }
    struct Inner: CodableState, Equatable { var x: Int, onlyHere: String }
    struct Second: CodableState, Equatable {
        var new: [String: Int]?
        var c: Double?
        var b: String
        var newer: Inner?
        var a: Int
    }

    @Test func fieldsAddedRemovedReordered() throws {
        let inner = Inner(x: 1, onlyHere: "y")
        let first = First(a: 1000, b: "b", gone: [inner, inner], c: 2.5)
        #expect(try Self.value(Second.self, Self.bytes(first)) == Second(new: nil, c: 2.5, b: "b", newer: nil, a: 1000))
        let without = First(a: 1, b: "b", gone: [], c: nil)
        #expect(try Self.value(Second.self, Self.bytes(without)) == Second(new: nil, c: nil, b: "b", newer: nil, a: 1))
        let second = Second(new: ["q": 1], c: nil, b: "b", newer: inner, a: 3)
        #expect(throws: DecodingError.self) { try Self.value(First.self, Self.bytes(second)) }
    }

    @Test func numbersThatWiden() throws {
        let small = Self.bytes(Box<Int8>(value: -7))
        #expect(try Self.value(Box<Int64>.self, small).value == -7)
        #expect(try Self.value(Box<Double>.self, small).value == -7)
        #expect(try Self.value(Box<Double>.self, Self.bytes(Box<Float>(value: 1.5))).value == 1.5)
        #expect(try Self.value(Box<Int?>.self, small).value == -7)
        #expect(throws: DecodingError.self) { try Self.value(Box<UInt>.self, small) }
        #expect(throws: DecodingError.self) { try Self.value(Box<Int8>.self, Self.bytes(Box<Int>(value: 128))) }
        #expect(throws: DecodingError.self) { try Self.value(Box<String>.self, small) }
        #expect(throws: DecodingError.self) { try Self.value(Box<Int>.self, Self.bytes(Box<Int?>(value: nil))) }
    }

    @Test func errorsSayWhere() throws {
        let bytes = Self.bytes(Box(value: ["list": [Box(value: 1), Box(value: 300)]]))
        do {
            _ = try Self.value(Box<[String: [Box<Int8>]]>.self, bytes)
            Issue.record("should have thrown")
        } catch {
            guard case DecodingError.typeMismatch(_, let context) = error else { throw error }
            #expect(context.codingPath.map(\.stringValue) == ["value", "list", "Index 1", "value"])
            #expect(context.debugDescription == "Expected Int8 but found the integer 300")
        }
    }

    @Test func oneFieldTwice() throws {
        struct Twice: CodableState {
            var a: Int
            enum CodingKeys: CodingKey { case a, b }
            init(a: Int) { self.a = a }
            init(from decoder: any Decoder) throws {
                a = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .a)
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(-1, forKey: .a)
                try container.encode("b", forKey: .b)
                try container.encode(a, forKey: .a)
                try? container.encode([Fussy.fine, .failing], forKey: .b)
            }
        }
        #expect(try Self.value(Twice.self, Self.bytes(Twice(a: 5))).a == 5)
    }
}
