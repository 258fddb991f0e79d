/// Converts an error into a text that can be stored with a dead letter: in a database column, a header or a file.
package enum FailureReason {
    /// The greatest length of a reason, in bytes of UTF-8. Error texts may contain whole records, and headers and rows
    /// have limits.
    package static let limit = 4096

    /// Returns `text` with U+0000, which databases do not accept in texts, replaced by U+2400, and cut to `limit` bytes
    /// with a note if it is longer.
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

    /// Returns the description of `error`, converted in the same way.
    package static func storable(_ error: any Error) -> String { storable("\(error)") }
}
