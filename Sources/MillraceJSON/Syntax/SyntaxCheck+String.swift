extension SyntaxCheck {
    /// Skips a string in quotes.
    mutating func string() throws {
        let start = offset
        offset += 1
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw fail("Expected an escape for a control character in a string, found \(found)")
            case 0x20..<0x80: offset += 1
            default: try character()
            }
        }
        throw Fault(reason: "Expected '\"' at the end of a string, found the end, in the string", offset: start)
    }

    private mutating func escape() throws {
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
        case UInt8(ascii: "u"):
            let start = offset - 1
            guard try !isWhole(unit: try unit()) else { return }
            throw Fault(reason: "Expected a pair of surrogates, found half of one", offset: start)
        default: throw fail("Expected an escape that JSON knows, found \(found)")
        }
    }

    /// Returns whether a code unit is a character, alone or together with the low surrogate after it.
    private mutating func isWhole(unit high: UInt16) throws -> Bool {
        guard UTF16.isSurrogate(high) else { return true }
        guard UTF16.isLeadSurrogate(high), byte == UInt8(ascii: "\\") else { return false }
        offset += 1
        guard byte == UInt8(ascii: "u") else { return false }
        return UTF16.isTrailSurrogate(try unit())
    }

    /// Skips `u` and four hexadecimal digits; returns the code unit.
    private mutating func unit() throws -> UInt16 {
        offset += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = byte.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw fail("Expected four hexadecimal digits after \\u, found \(found)")
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }

    /// Skips a character that is not ASCII.
    private mutating func character() throws {
        let rest = text[offset...].prefix(4)
        for length in 2...4 where length <= rest.count {
            if String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars.count == 1 {
                offset += length
                return
            }
        }
        throw fail("Expected UTF-8, found \(found)")
    }
}
