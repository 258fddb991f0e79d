/// Classifies failed connections by their message, since libpq provides no error code for them.
enum ConnectionRefusal {
    /// Returns the SQLSTATE of a failure that a retry does not resolve, or that the server reported; `nil` if the
    /// server was not reached or is not ready.
    ///
    ///     connection to server at "db" (::1), port 5432 failed: FATAL:  role "app" does not exist      28000
    ///     connection to server at "db" (::1), port 5432 failed: Connection refused                     nil
    static func sqlState(_ message: String) -> String? {
        let words = words(message)
        return rules.first { rule in rule.texts.contains { words.contains($0) } }?.sqlState
    }

    /// Returns the part of the message about the last server that was tried, without quoted names, since a host may be
    /// called `certificates`.
    private static func words(_ message: String) -> String {
        let unnamed = message.replacing(/"[^"]*"/, with: "\"\"")
        return unnamed.ranges(of: "connection to server").last.map { String(unnamed[$0.lowerBound...]) } ?? unnamed
    }

    private struct Rule {
        let sqlState: String
        let texts: [String]
    }

    /// The rules in the order of their precedence.
    private static let rules = [
        Rule(sqlState: "3D000", texts: ["database \"\" does not exist"]),
        Rule(sqlState: "53300", texts: ["too many connections", "too many clients", "remaining connection slots"]),
        Rule(sqlState: "42501", texts: ["permission denied for database"]),
        Rule(
            sqlState: "28000",
            texts: ["authentication failed", "no password supplied", "empty password", "pg_hba.conf", "role \"\""]),
        // Errors in the connection string, or in files that it names.
        Rule(
            sqlState: "08001",
            texts: [
                "sslmode", "SSL was required", "certificate", "private key", "channel binding is required",
                "invalid port number", "invalid integer value", "invalid channel_binding value",
                "invalid gssencmode value", "invalid target_session_attrs value",
                "unrecognized configuration parameter",
                "invalid value for parameter", "permission denied to set parameter",
            ]),
    ]
}
