/// What PostgreSQL, or the way to it, refused.
public struct PostgresError: Error, CustomStringConvertible, Sendable, Hashable {
    /// Five characters that say what it is, such as `23505`; `nil` if the error is not the server's.
    public let sqlState: String?
    /// What the server says, or libpq.
    public let message: String
    /// More of it: the key that is there already, the row that fails.
    public let detail: String?
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
        _ message: String, sqlState: String? = nil, detail: String? = nil, context: String? = nil,
        table: String? = nil, column: String? = nil, isConnectionLost: Bool = false
    ) {
        self.message = message
        self.sqlState = sqlState
        self.detail = detail
        self.context = context
        self.table = table
        self.column = column
        self.isConnectionLost = isConnectionLost
    }

    /// The line of a COPY that failed, from 1.
    public var copyLine: Int? {
        guard let copy = copyContext, let start = copy.range(after: ", line ") else { return nil }
        return Int(copy[start...].prefix { $0.isNumber })
    }

    /// What `context` says of a COPY, perhaps below what it says of a function or of JSON: `COPY orders, line 3, column total`.
    public var copyContext: String? {
        guard let context else { return nil }
        return context.split(separator: "\n").first { $0.hasPrefix("COPY ") }.map(String.init)
    }

    public var description: String {
        ([message, detail].compactMap(\.self) + (sqlState.map { ["(\($0))"] } ?? [])).joined(separator: " ")
    }
}

extension String {
    fileprivate func range(after text: String) -> String.Index? {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) { return rest.index(rest.startIndex, offsetBy: text.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
