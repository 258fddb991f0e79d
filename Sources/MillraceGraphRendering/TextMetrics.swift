/// Estimates the width of text whose font is not known until the drawing is shown.
///
/// The estimates are based on DejaVu Sans, one of the widest fonts that browsers fall back to, so that text in another
/// font fits its box.
enum TextMetrics {
    /// Returns the width of a line in pixels.
    static func width(of text: String, size: Double, isBold: Bool = false) -> Double {
        let ems = text.unicodeScalars.reduce(0.0) { $0 + width(of: $1) }
        return ems * size * (isBold ? 1.1 : 1)
    }

    /// Wraps the text into lines of at most `limit` pixels, at spaces, or within a word that is longer than a line.
    static func wrap(_ text: String, size: Double, limit: Double) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let joined = line.isEmpty ? String(word) : "\(line) \(word)"
            if width(of: joined, size: size) <= limit {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            for character in word {
                if !line.isEmpty, width(of: line + String(character), size: size) > limit {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Returns the width of a character in ems.
    private static func width(of scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", " ", ".", ",", ":", ";", "'", "|", "!": 0.34
        case "f", "r", "t", "(", ")", "[", "]", "-", "/", "\"": 0.42
        case "m", "w", "M", "W", "@", "%": 1
        case "A"..."Z", "<", ">", "=", "+", "#", "&": 0.8
        case _ where scalar.value >= 0x1100: 1.1
        default: 0.64
        }
    }
}
