/// Strings with escapes.
enum JSONEscapes {
    /// The text of the string whose quote is at `start`, and what is after it; `nil` if it is not valid.
    static func text(at start: UnsafePointer<UInt8>) -> (text: String, end: UnsafePointer<UInt8>)? {
        guard start.pointee == UInt8(ascii: "\"") else { return nil }
        var cursor = start + 1
        var bytes: [UInt8] = []
        while true {
            let byte = cursor.pointee
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20 else { return nil }
            cursor += 1
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let scalar = scalar(at: &cursor) else { return nil }
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
        return (String(decoding: bytes, as: UTF8.self), cursor + 1)
    }

    /// The character of the escape after a backslash, which `cursor` is after then.
    private static func scalar(at cursor: inout UnsafePointer<UInt8>) -> Unicode.Scalar? {
        let byte = cursor.pointee
        cursor += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: return nil
        }
        guard let unit = unit(at: &cursor) else { return nil }
        guard 0xd800...0xdbff ~= unit else { return Unicode.Scalar(unit) }
        // The first half of a pair has to be followed by the second.
        guard cursor[0] == UInt8(ascii: "\\"), cursor[1] == UInt8(ascii: "u") else { return nil }
        cursor += 2
        guard let second = self.unit(at: &cursor), 0xdc00...0xdfff ~= second else { return nil }
        return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (second - 0xdc00))
    }

    private static func unit(at cursor: inout UnsafePointer<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(cursor.pointee)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
            cursor += 1
        }
        return value
    }
}
