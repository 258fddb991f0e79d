public import MillraceSQL
import MillraceSecrets

#if Postgres
    import MillracePostgres
#endif
#if SQLite
    import MillraceSQLite
#endif

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
    /// - Throws: `SQLError` if libpq does not take the address; `DatabaseNotSupported` if the program was built without the
    ///   package trait that the database needs.
    public func database(connections: Int = 4) throws -> any SQLDatabase {
        switch kind {
        case .sqlite(let path):
            #if SQLite
                return SQLiteDatabase(path: path)
            #else
                throw DatabaseNotSupported(database: path, trait: "SQLite")
            #endif
        case .postgres(let text):
            #if Postgres
                return try PostgresDatabase(text.value, connections: connections)
            #else
                throw DatabaseNotSupported(database: ConnectionText.withoutSecrets(text.value), trait: "Postgres")
            #endif
        }
    }
}

/// A database that this program was built without.
public struct DatabaseNotSupported: Error, CustomStringConvertible {
    /// The database, without its password.
    public let database: String
    /// The trait of the package that brings it.
    public let trait: String
    public var description: String {
        "\(database) cannot be used: this program was built without the trait \(trait) of the package millrace. Build it with that"
    }
}
