/// What PostgreSQL, or the way to it, refused.
public struct PostgresError: Error, CustomStringConvertible, Sendable, Hashable {
    /// Five characters that say what it is, such as `23505`; `nil` if the error is not the server's.
    public let sqlState: String?
    /// What the server says, or libpq.
    public let message: String
    /// More of it: the key that is there already, the row that fails.
    public let detail: String?
    /// What to do about it, as the server says.
    public let hint: String?
    /// Where it happened: `COPY orders, line 3, column total: "x"`.
    public let context: String?
    /// The table, if the server names it.
    public let table: String?
    /// The column, if the server names it.
    public let column: String?
    /// The connection is of no use any more.
    public let isConnectionLost: Bool

    /// All parts.
    public init(
        _ message: String, sqlState: String? = nil, detail: String? = nil, hint: String? = nil,
        context: String? = nil, table: String? = nil, column: String? = nil, isConnectionLost: Bool = false
    ) {
        self.message = message
        self.sqlState = sqlState
        self.detail = detail
        self.hint = hint
        self.context = context
        self.table = table
        self.column = column
        self.isConnectionLost = isConnectionLost
    }

    /// The line of a COPY that failed, from 1. The server says it in its own language: it is the first number behind the table.
    public var copyLine: Int? {
        guard let copy = copyContext else { return nil }
        let line = copy.firstMatch(of: /, line (\d+)/) ?? copy.firstMatch(of: /[,、]\s*[^\d:"]*(\d+)/)
        return line.flatMap { Int($0.1) }
    }

    /// What `context` says of a COPY, perhaps below what it says of a function or of JSON: `COPY orders, line 3, column total`.
    public var copyContext: String? { contextLine { $0.hasPrefix("COPY ") } }

    /// What `context` says of the function of a trigger that failed: `PL/pgSQL function check_total() line 3 at RAISE`.
    public var functionContext: String? { contextLine { $0.hasPrefix("PL/") || $0.hasPrefix("SQL function") } }

    private func contextLine(_ isMeant: (Substring) -> Bool) -> String? {
        context?.split(separator: "\n").first(where: isMeant).map(String.init)
    }

    public var description: String {
        ([message, detail].compactMap(\.self) + (sqlState.map { ["(\($0))"] } ?? [])).joined(separator: " ")
    }
}
