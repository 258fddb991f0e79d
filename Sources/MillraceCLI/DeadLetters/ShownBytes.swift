/// Formats untrusted bytes for a terminal, without control characters that could move the cursor or change colours.
enum ShownBytes {
    /// Returns the bytes as text; `nil` if they are not UTF-8.
    static func text(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }

    /// `0x00ff`.
    static func hex(_ bytes: [UInt8]) -> String { "0x" + bytes.map(twoDigits).joined() }

    /// Returns the bytes as text, or in hexadecimal if they are not UTF-8.
    static func word(_ bytes: [UInt8]) -> String { text(bytes) ?? hex(bytes) }

    /// Escapes control characters. Line feeds and tabs are kept if `linesStay` is true.
    static func printable(_ text: String, linesStay: Bool = false) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where linesStay && (scalar == "\n" || scalar == "\t"): shown.append(scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                shown.append(contentsOf: escape(scalar).unicodeScalars)
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\u{200d}": "\u{200d}"  // Holds emoji and some scripts together; harmless.
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    /// Cuts a text to a width, with an ellipsis at its end.
    static func cut(_ text: String, to width: Int) -> String {
        text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
    }

    /// Returns a hex dump with 16 bytes per line: offset, hexadecimal digits and ASCII characters.
    static func dump(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            let row = bytes[start..<min(start + 16, bytes.count)]
            let digits = row.map(twoDigits).joined(separator: " ")
            let letters = row.map { (0x20..<0x7f).contains($0) ? String(Unicode.Scalar($0)) : "." }.joined()
            let offset = String(start, radix: 16)
            return String(repeating: "0", count: max(0, 8 - offset.count)) + offset + "  " + digits
                + String(repeating: " ", count: 47 - digits.count) + "  " + letters
        }.joined(separator: "\n")
    }

    private static func twoDigits(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
