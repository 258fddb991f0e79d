/// Makes the text of an error one that can be stored wherever records are given up to: in a column, a header, a file.
package enum FailureReason {
    /// The longest that is kept, in bytes of UTF-8. A reason may repeat a whole record; a header or a row has a limit.
    package static let limit = 4096

    /// Without what some stores refuse (U+0000, which databases do not take in texts, becomes U+2400), and cut, with a
    /// note, if it is longer than `limit`.
    package static func storable(_ text: String) -> String {
        let bytes = text.utf8.count
        var kept = text
        if bytes > limit {
            var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
            while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
            kept = String(text[..<end]) + " ... (cut: \(bytes) bytes)"
        }
        guard kept.utf8.contains(0) else { return kept }
        var scalars = String.UnicodeScalarView()
        for scalar in kept.unicodeScalars { scalars.append(scalar.value == 0 ? "\u{2400}" : scalar) }
        return String(scalars)
    }

    /// The same of an error.
    package static func storable(_ error: any Error) -> String { storable("\(error)") }
}
