import CMillraceLibPQ
import MillraceSecrets

/// What a connection string says, as keywords and values.
public struct PostgresSettings: Sendable {
    /// Only what is given.
    public let values: [String: String]

    /// Reads a connection string of either form.
    ///
    /// - Throws: `PostgresError` if it is none.
    public init(_ conninfo: String) throws(PostgresError) {
        // libpq would take the rest of such a password for the host, and name it in its messages.
        if ConnectionText.hasUnencodedPassword(conninfo) {
            throw PostgresError(
                "the connection string's user or password has a '@' or '/', which is written %40 or %2F there",
                sqlState: "08001", hint: PostgresConnection.settingsHint)
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            // libpq repeats what it was given.
            let words = message.map { String(cString: $0).trimmed } ?? "it does not read as one"
            let reason = ConnectionText.withoutQuotes(words)
            PQfreemem(message)
            throw PostgresError(
                "the connection string is not one: \(reason)", sqlState: "08001", hint: PostgresConnection.settingsHint)
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
