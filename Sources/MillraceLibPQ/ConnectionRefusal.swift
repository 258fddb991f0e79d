/// What a failed connection means. libpq has no code for it, only the server's words and its own.
enum ConnectionRefusal {
    /// The code of a refusal that will be the same the next time, or that the server gave; `nil` where the server was not
    /// reached, or is not ready.
    ///
    ///     connection to server at "db" (::1), port 5432 failed: FATAL:  role "app" does not exist      28000
    ///     connection to server at "db" (::1), port 5432 failed: Connection refused                     nil
    static func sqlState(_ message: String) -> String? {
        let words = words(message)
        return rules.first { rule in rule.texts.contains { words.contains($0) } }?.sqlState
    }

    /// What was said of the last server that was asked, without names: a host may be called `certificates`.
    private static func words(_ message: String) -> String {
        let unnamed = message.replacing(/"[^"]*"/, with: "\"\"")
        return unnamed.ranges(of: "connection to server").last.map { String(unnamed[$0.lowerBound...]) } ?? unnamed
    }

    private struct Rule {
        let sqlState: String
        let texts: [String]
    }

    /// In this order: the first that fits counts.
    private static let rules = [
        Rule(sqlState: "3D000", texts: ["database \"\" does not exist"]),
        Rule(sqlState: "53300", texts: ["too many connections", "too many clients", "remaining connection slots"]),
        Rule(sqlState: "42501", texts: ["permission denied for database"]),
        Rule(
            sqlState: "28000",
            texts: ["authentication failed", "no password supplied", "empty password", "pg_hba.conf", "role \"\""]),
        // What the connection string says, or the files that it names.
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
