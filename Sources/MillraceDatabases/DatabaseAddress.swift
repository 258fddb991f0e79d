import MillracePostgres
public import MillraceSQL
import MillraceSQLite
import MillraceLibPQ
import MillraceSecrets

/// A database as a command line names it: `sqlite:shop.db`, `postgresql://app@db/shop`.
public struct DatabaseAddress: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: Hashable, Sendable {
        case sqlite(path: String)
        case postgres(Secret)
    }

    private let kind: Kind
    /// As it was given, without its password.
    public let description: String

    /// What the text names; `nil` if it is neither.
    public init?(_ text: String) {
        description = ConnectionText.withoutSecrets(text)
        if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
            kind = .postgres(Secret(text))
        } else if text.hasPrefix("sqlite:"), text.count > 7 {
            kind = .sqlite(path: String(text.dropFirst(7)))
        } else {
            return nil
        }
    }

    /// What can be written there, for messages.
    public static let expected = "sqlite:PATH or postgresql://USER@HOST/DATABASE"

    /// The database; nothing is opened yet.
    ///
    /// - Throws: `SQLError` if libpq does not take the address.
    public func database(connections: Int = 4) throws -> any SQLDatabase {
        switch kind {
        case .sqlite(let path): SQLiteDatabase(path: path)
        case .postgres(let text): try PostgresDatabase(text.value, connections: connections)
        }
    }
}
