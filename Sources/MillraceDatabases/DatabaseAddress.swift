public import MillraceSQL
import MillraceSecrets

#if Postgres
    import MillracePostgres
#endif
#if SQLite
    import MillraceSQLite
#endif

/// The address of a database in the form used on command lines: `sqlite:shop.db` or `postgresql://app@db/shop`.
///
/// ```swift
/// if let address = DatabaseAddress("postgresql://app:\(secret)@db.internal/shop") {
///     let database = try address.database(connections: 8)
///     let orders = try await database.query("SELECT id, total FROM orders")
/// }
/// ```
public struct DatabaseAddress: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: Hashable, Sendable {
        case sqlite(path: String)
        case postgres(Secret)
    }

    private let kind: Kind
    /// The address without its password.
    public let description: String

    /// Parses an address that begins with `sqlite:`, `postgresql://` or `postgres://`; returns `nil` for other texts.
    ///
    /// - Parameter text: The address.
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

    /// The expected forms of an address, for messages.
    public static let expected = "sqlite:PATH or postgresql://USER@HOST/DATABASE"

    /// Creates the database. It is not opened or connected to before its first use.
    ///
    /// - Parameter connections: The maximum number of connections for `async` calls to PostgreSQL. Default: 4. Not used
    ///   for SQLite.
    /// - Returns: The database.
    /// - Throws: `SQLError` if the address is not a valid PostgreSQL connection string; ``DatabaseNotSupported`` if the
    ///   program was built without the package trait that the database needs.
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

/// The error for a database that the program was built without support for.
///
/// ```swift
/// do {
///     let database = try DatabaseAddress.named("sqlite:shop.db").database()
/// } catch let error as DatabaseNotSupported {
///     print("Build the program with the trait \(error.trait).")    // Build the program with the trait SQLite.
/// }
/// ```
public struct DatabaseNotSupported: Error, CustomStringConvertible {
    /// The database, without its password.
    public let database: String
    /// The package trait that is needed for the database.
    public let trait: String
    public var description: String {
        "\(database) cannot be used: this program was built without the trait \(trait) of the package millrace. Build it with that trait"
    }
}
