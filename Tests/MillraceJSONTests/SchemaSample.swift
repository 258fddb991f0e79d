import MillraceRecords
import MillraceTime

enum Side: String, Codable, CaseIterable, FieldValue { case buy, sell }

struct Piece: SchemaRecord, Codable, Equatable {
    var name: String
    var count: Int32?

    static func schema(_ record: inout some FieldVisitor<Piece>) throws -> Piece {
        try Piece(name: record.field("name", \.name), count: record.field("count", \.count))
    }
}

/// A record that has a schema and is `Codable`, so that the two ways can be compared.
struct Order: SchemaRecord, Codable, Equatable {
    var id: Int
    var price: Double
    var side: Side
    var symbol: InlineText
    var note: String?
    var isOpen: Bool
    var at: Timestamp
    var parts: [Piece]
    var counts: [String: Int8]
    var main: Piece?
    var ratio: Float?
    var big: UInt64?

    static func schema(_ record: inout some FieldVisitor<Order>) throws -> Order {
        try Order(
            id: record.field("id", \.id),
            price: record.field("price", \.price),
            side: record.field("side", \.side),
            symbol: record.field("symbol", \.symbol),
            note: record.field("note", \.note),
            isOpen: record.field("isOpen", \.isOpen),
            at: record.field("at", \.at),
            parts: record.field("parts", \.parts),
            counts: record.field("counts", \.counts),
            main: record.field("main", \.main),
            ratio: record.field("ratio", \.ratio),
            big: record.field("big", \.big))
    }
}

/// Texts that are often orders.
struct RandomOrders {
    var random: SeededGenerator

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
    private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }
    private mutating func space() -> String { chance(3) ? pick([" ", "\n", "\t ", "\r\n"]) : "" }

    private mutating func text() -> String {
        if !chance(8) {
            return pick(["", "a", "ACME", "fifteen bytes!!", "a text that is longer than a word", "gr\u{fc}n", "\\n"])
        }
        return pick([
            "", "a", "ACME", "fifteen bytes!!", "sixteen bytes!!!", "a text that is longer than a word or two",
            "\\n\\t\\\"", "\\u0041\\ud83d\\ude00", "gr\u{fc}n", "\u{65e5}\u{672c}", "\\/", "\\ud800", "\\x",
            "tab\there",
        ])
    }

    private mutating func number() -> String {
        if !chance(8) { return pick(["0", "7", "12", "\(Int.random(in: 0...100_000, using: &random))"]) }
        return pick([
            "0", "-0", "7", "-12", "12345678", "123456789", "999999999999999", "1234567890123456789",
            "18446744073709551615", "1e3", "1.0", "-2.50", "0.1", "3.14159", "123456789012345.5", "01", "1.", ".5",
            "+1",
            "1E-2", "99999999999999999999", "-", "\(Int.random(in: -1_000_000...1_000_000, using: &random))",
            "\(Double.random(in: -1000...1000, using: &random))",
        ])
    }

    private mutating func part() -> String {
        object([("name", "\"\(text())\""), ("count", chance(4) ? "null" : number())])
    }

    private mutating func value(of name: String) -> String {
        if chance(100) { return pick(["null", "true", "{}", "[]", "\"x\"", "5", "[1,{\"a\":[]}]", ""]) }
        switch name {
        case "id": return "\(Int.random(in: 0..<100_000, using: &random))"
        case "price", "ratio": return chance(2) ? number() : "\(Int.random(in: 0..<1000, using: &random)).25"
        case "side": return chance(20) ? "\"hold\"" : pick(["\"buy\"", "\"sell\""])
        case "symbol": return "\"\(pick(["ACME", "IBM", "", "fifteen bytes!!"]))\""
        case "note": return chance(3) ? "null" : "\"\(text())\""
        case "isOpen": return pick(["true", "false"])
        case "at": return pick(["1700000000000", "\"2013-01-01T05:15:00Z\"", "\"2026-11-30T01:02:03.250+01:00\""])
        case "parts":
            let parts = (0..<Int.random(in: 0..<3, using: &random)).map { _ in part() }
            return "[\(space())" + parts.joined(separator: ",\(space())") + "\(space())]"
        case "counts": return object([("a", "1"), ("b", "2")].filter { _ in !chance(3) })
        case "main": return chance(3) ? "null" : part()
        default: return number()
        }
    }

    private mutating func object(_ members: [(String, String)]) -> String {
        let texts = members.map { "\"\($0.0)\"\(space()):\(space())\($0.1)\(space())" }
        return "{\(space())" + texts.joined(separator: ",\(space())") + "}"
    }

    mutating func order() -> String {
        var names = [
            "id", "price", "side", "symbol", "note", "isOpen", "at", "parts", "counts", "main", "ratio", "big",
        ]
        if chance(3) { names.shuffle(using: &random) }
        if chance(3) {
            names.insert(pick(["other", "id2", "", "pri\\u0063e"]), at: Int.random(in: 0...12, using: &random))
        }
        if chance(6) { names.append(pick(names)) }
        for _ in 0..<2 where chance(6) { names.remove(at: Int.random(in: 0..<names.count, using: &random)) }
        let members = names.map { ($0, value(of: $0)) }
        return space() + object(members) + space()
    }

    /// One to three bytes changed, added or removed.
    mutating func damaged(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0...Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(pick(Array("{}[]:,\"\\019-.eE \u{0}\n".utf8)), at: place)
            case 2: bytes[place] = pick(Array("{}[]:,\"\\019-.eEtn \u{0}".utf8))
            default: bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return bytes
    }
}
