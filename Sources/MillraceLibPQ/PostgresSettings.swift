import CMillraceLibPQ
import MillraceSecrets

/// The settings in a connection string.
public struct PostgresSettings: Sendable {
    /// The values by keyword, only of those that the string contains.
    public let values: [String: String]

    /// Parses a connection string: keywords and values, or a URI.
    ///
    /// - Parameter conninfo: The connection string.
    /// - Throws: ``PostgresError`` if it is invalid.
    public init(_ conninfo: String) throws(PostgresError) {
        // libpq would take the rest of such a password for the host, and repeat it in its messages.
        if ConnectionText.hasUnencodedPassword(conninfo) {
            throw PostgresError(
                "the connection string's user or password has a '@' or '/', which is written %40 or %2F there",
                sqlState: "08001", hint: PostgresConnection.settingsHint)
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            // libpq's message repeats parts of the string, which may contain the password.
            let words = message.map { String(cString: $0).trimmed } ?? "it cannot be parsed"
            let reason = ConnectionText.withoutQuotes(words)
            PQfreemem(message)
            throw PostgresError(
                "the connection string is invalid: \(reason)", sqlState: "08001", hint: PostgresConnection.settingsHint)
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.values = values
    }

    func merged(over defaults: [String: String]) -> [String: String] {
        defaults.merging(values) { _, given in given }
    }
}
