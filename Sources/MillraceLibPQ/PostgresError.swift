/// An error of a PostgreSQL server or of the connection to it.
public struct PostgresError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The SQLSTATE, such as `23505`; `nil` if the error was not reported by the server.
    public let sqlState: String?
    /// The message of the server or of libpq.
    public let message: String
    /// Details, such as the duplicate key or the failing row.
    public let detail: String?
    /// The server's suggestion of what to do.
    public let hint: String?
    /// The context, such as `COPY orders, line 3, column total: "x"`.
    public let context: String?
    /// The table, if the server reports it.
    public let table: String?
    /// The column, if the server reports it.
    public let column: String?
    /// Whether the connection cannot be used any more.
    public let isConnectionLost: Bool

    /// Creates an error; each parameter is described at the property of the same name.
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

    /// The line of a `COPY` that failed, counted from 1. The message may be in the server's language, so it is the
    /// first number after the table.
    public var copyLine: Int? {
        guard let copy = copyContext else { return nil }
        let line = copy.firstMatch(of: /, line (\d+)/) ?? copy.firstMatch(of: /[,、]\s*[^\d:"]*(\d+)/)
        return line.flatMap { Int($0.1) }
    }

    /// The line of `context` about a `COPY`, which may follow lines about functions: `COPY orders, line 3, column
    /// total`.
    public var copyContext: String? { contextLine { $0.hasPrefix("COPY ") } }

    /// The line of `context` about a function, such as that of a trigger:
    /// `PL/pgSQL function check_total() line 3 at RAISE`.
    public var functionContext: String? { contextLine { $0.hasPrefix("PL/") || $0.hasPrefix("SQL function") } }

    private func contextLine(_ isMeant: (Substring) -> Bool) -> String? {
        context?.split(separator: "\n").first(where: isMeant).map(String.init)
    }

    public var description: String {
        ([message, detail].compactMap(\.self) + (sqlState.map { ["(\($0))"] } ?? [])).joined(separator: " ")
    }
}
