/// A connection string as it may be shown.
public enum ConnectionText {
    /// Whether a password holds a character that has to be percent-encoded there.
    public static func hasUnencodedPassword(_ text: String) -> Bool {
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
        // Quoted, or up to the next space or parameter. Only what is known to be none: a misspelt password is one too.
        let setting = /[ ?&]?\b(\w+)\s*=\s*(?:'(?:[^'\\]|\\.)*'?|[^\s&]*)/
        let kept = shown.replacing(setting) { match in known.contains(match.1.lowercased()) ? String(match.0) : "" }
        // What follows the first parameter, where that was left out.
        return kept.contains("://") && !kept.contains("?") ? kept.replacing("&", with: "?", maxReplacements: 1) : kept
    }

    /// A message of libpq about a connection string, without what it repeats of it, except for the name of a setting.
    public static func withoutQuotes(_ message: String) -> String {
        let naming = ["invalid connection option", "invalid URI query parameter"]
        if naming.contains(where: { message.hasPrefix($0) }) { return message }
        return message.replacing(/"[^"]*("|$)/, with: "\"...\"")
    }

    /// Settings whose values are no secrets.
    private static let known: Set<String> = [
        "application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname",
        "fallback_application_name",
        "gssencmode", "host", "hostaddr", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval",
        "krbsrvname", "load_balance_hosts", "options", "passfile", "port", "replication", "requirepeer", "service",
        "sslcert", "sslcompression", "sslcrl", "sslcrldir", "sslkey", "sslmode", "sslrootcert", "sslsni",
        "ssl_max_protocol_version", "ssl_min_protocol_version", "target_session_attrs", "tcp_user_timeout", "user",
    ]
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
