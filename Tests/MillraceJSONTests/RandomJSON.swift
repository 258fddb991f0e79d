/// A seeded generator: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Makes documents that are often what the sample types want.
struct RandomJSON {
    var random: SeededGenerator

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    mutating func document() -> String { space() + sample() + space() }

    private mutating func space() -> String { pick(["", "", "", " ", "\n ", "\t\r\n"]) }

    private mutating func sample() -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: object(["id", "ratio", "name", "isOpen", "tags", "parts", "counts"])
        case 4..<7: object(["auction", "bidder", "price", "ts", "channel"])
        default: value(depth: 0)
        }
    }

    private mutating func object(_ names: [String]) -> String {
        var names = names
        if Int.random(in: 0..<3, using: &random) == 0 { names.shuffle(using: &random) }
        if Int.random(in: 0..<8, using: &random) == 0 { names.append(pick(names)) }
        if Int.random(in: 0..<8, using: &random) == 0 { names.removeLast() }
        let members = names.map { name in "\"\(name)\"\(space()):\(space())\(expected(name))" }
        return "{\(space())" + members.joined(separator: ",\(space())") + "}"
    }

    private mutating func expected(_ name: String) -> String {
        if Int.random(in: 0..<20, using: &random) == 0 { return value(depth: 1) }
        switch name {
        case "name", "channel": return string()
        case "isOpen": return pick(["true", "false", "null"])
        case "ratio": return number()
        case "tags":
            return "[" + (0..<Int.random(in: 0..<4, using: &random)).map { _ in string() }.joined(separator: ",") + "]"
        case "parts": return "[{\"id\":\(integer()),\"weight\":\(number())}]"
        case "counts": return "{\(string()):\(integer()),\(string()):\(integer())}"
        default: return integer()
        }
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 8), using: &random) {
        case 0: return pick(["null", "true", "false"])
        case 1: return number()
        case 2: return integer()
        case 3, 4: return string()
        case 5:
            return "["
                + (0..<Int.random(in: 0..<5, using: &random)).map { _ in value(depth: depth + 1) }.joined(
                    separator: ",")
                + "]"
        default:
            return "{"
                + (0..<Int.random(in: 0..<5, using: &random)).map { _ in "\(string()):\(value(depth: depth + 1))" }
                .joined(separator: ",") + "}"
        }
    }

    private mutating func integer() -> String {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: "\(Int.random(in: .min ... .max, using: &random))"
        case 1: "\(UInt64.random(in: .min ... .max, using: &random))"
        case 2: pick(["0", "-0", "1.0", "2e2", "255", "256", "9223372036854775807", "9223372036854775808"])
        default: "\(Int.random(in: 0..<300, using: &random))"
        }
    }

    private mutating func number() -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: integer()
        case 1: pick(["0.0", "-0.0", "1e400", "1e-400", "1E5", "1.5e-3", "123456789012345678901", "4.9e-324", "1e-45"])
        case 2: "\(Double.random(in: 0..<1, using: &random))e\(Int.random(in: -320..<310, using: &random))"
        default: "\(Double.random(in: -1000..<1000, using: &random))"
        }
    }

    private mutating func string() -> String {
        let pieces = ["a", "b", "name", " ", "é", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", "\\/", "日本"]
        return "\"" + (0..<Int.random(in: 0..<6, using: &random)).map { _ in pick(pieces) }.joined() + "\""
    }

    /// The document with some bytes flipped, inserted or taken out.
    mutating func mutate(_ document: String) -> [UInt8] {
        var bytes = Array(document.utf8)
        for _ in 0...Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.insert(pick(Array("{}[]:,\"\\0123456789.eE+-tfn u".utf8)), at: place)
            case 2: bytes.remove(at: place)
            default: bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return bytes
    }
}
