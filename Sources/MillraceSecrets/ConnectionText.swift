/// Removes secrets from connection strings, so that they can be shown in messages.
public enum ConnectionText {
    /// Returns whether the user name or password in a URI contains a `@` or `/`, which has to be percent-encoded.
    ///
    /// - Parameter text: The connection string.
    public static func hasUnencodedPassword(_ text: String) -> Bool {
        guard let scheme = text.range(of: "://"), let at = text.lastIndex(of: "@"), scheme.upperBound <= at else {
            return false
        }
        // After a question mark, a '@' belongs to a parameter.
        let user = text[scheme.upperBound..<at]
        return !user.contains("?") && user.contains { $0 == "@" || $0 == "/" }
    }

    /// Returns a connection string without its password and other secrets. Works for URIs and for keywords and values,
    /// also if the string is invalid.
    ///
    ///     postgresql://app:secret@db/shop       postgresql://app@db/shop
    ///     host=db user=app password='a b'       host=db user=app
    public static func withoutSecrets(_ text: String) -> String {
        var shown = text
        if let scheme = shown.range(of: "://"), let at = shown.lastIndex(of: "@"), scheme.upperBound <= at {
            let user = shown[scheme.upperBound..<at].prefix { $0 != ":" }
            shown = String(shown[..<scheme.upperBound]) + user + shown[at...]
        }
        // A value is quoted, or ends at the next space or parameter. Only settings that are known not to be secret are
        // kept, because a misspelt `password` is a secret too.
        let setting = /[ ?&]?\b(\w+)\s*=\s*(?:'(?:[^'\\]|\\.)*'?|[^\s&]*)/
        let kept = shown.replacing(setting) { match in known.contains(match.1.lowercased()) ? String(match.0) : "" }
        // If the first parameter was removed, the next one follows the question mark.
        return kept.contains("://") && !kept.contains("?") ? kept.replacing("&", with: "?", maxReplacements: 1) : kept
    }

    /// Returns a libpq message about a connection string without the parts of the string that it repeats, except for
    /// the name of a setting.
    ///
    /// - Parameter message: The message.
    public static func withoutQuotes(_ message: String) -> String {
        let naming = ["invalid connection option", "invalid URI query parameter"]
        if naming.contains(where: { message.hasPrefix($0) }) { return message }
        return message.replacing(/"[^"]*("|$)/, with: "\"...\"")
    }

    /// The settings whose values are not secret.
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
