/// A connection string as it may be shown.
public enum ConnectionText {
    static func hasUnencodedPassword(_ text: String) -> Bool {
        guard let scheme = text.range(of: "://"), let at = text.lastIndex(of: "@"), scheme.upperBound <= at else {
            return false
        }
        // Behind a question mark a '@' is a parameter's.
        let user = text[scheme.upperBound..<at]
        return !user.contains("?") && user.contains { $0 == "@" || $0 == "/" }
    }

    /// Without its password, in either form, and however wrong the string is otherwise.
    ///
    ///     postgresql://app:secret@db/shop       postgresql://app@db/shop
    ///     host=db user=app password='a b'       host=db user=app
    public static func withoutSecrets(_ text: String) -> String {
        var shown = text
        if let scheme = shown.range(of: "://"), let at = shown.lastIndex(of: "@"), scheme.upperBound <= at {
            let user = shown[scheme.upperBound..<at].prefix { $0 != ":" }
            shown = String(shown[..<scheme.upperBound]) + user + shown[at...]
        }
        // Quoted, or up to the next space or parameter; also what libpq knows by similar names.
        let setting = /(?i)[ ?&]?\b\w*(password|passwd|secret)\w*\s*=\s*('([^'\\]|\\.)*'?|[^\s&]*)/
        return shown.replacing(setting, with: "")
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
