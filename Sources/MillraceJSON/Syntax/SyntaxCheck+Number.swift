extension SyntaxCheck {
    /// Skips a number; returns whether simdjson may reject it for its size.
    mutating func number() throws -> Bool {
        if byte == UInt8(ascii: "-") { offset += 1 }
        var digits = 1
        if byte == UInt8(ascii: "0") {
            offset += 1
            if isDigit { throw fail("Expected no digit after a leading zero, found \(found)") }
        } else {
            digits = try passDigits()
        }
        if byte == UInt8(ascii: ".") {
            offset += 1
            digits += try passDigits()
        }
        guard byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") else { return digits > 18 }
        offset += 1
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
        _ = try passDigits()
        return true
    }

    private var isDigit: Bool { byte.map { (0x30...0x39).contains($0) } ?? false }

    private mutating func passDigits() throws -> Int {
        let start = offset
        while isDigit { offset += 1 }
        guard offset > start else { throw fail("Expected a digit, found \(found)") }
        return offset - start
    }
}
