public import MillraceSQL
import MillraceLibPQ
import MillraceSecrets
import Synchronization

/// A PostgreSQL database (12 or later).
///
/// ```swift
/// import MillracePostgres
/// import MillraceSQL
///
/// let database = try PostgresDatabase("postgresql://app@db.internal/shop")
/// orders.sink(database.table("orders", columns: ["id", "total"]) { [.init($0.id), .init($0.total)] })
/// ```
///
/// Connections are opened on demand, reused, and reopened after they were lost. Values are sent as text and converted
/// by the server to the type of the column, so that a string may be a time, a number, a UUID or JSON. Strings that
/// contain NUL bytes are rejected with an error.
public final class PostgresDatabase: SQLDatabase {
    private let conninfo: Secret
    private let settings: [String: String]
    private let lockTimeout: Duration
    private let answerTimeout: Duration
    private let idle = Mutex<[PostgresConnection]>([])
    private let targets = KnownTargets()
    public let summary: String
    public let threads: WaitingThreads

    /// Creates a database. No connection is opened before its first use.
    ///
    /// - Parameters:
    ///   - conninfo: A libpq connection string: `host=db dbname=shop user=app`, or `postgresql://app@db/shop`. Other
    ///     settings are taken from the environment (`PGHOST`, `PGPASSWORD`, ...) and the password file.
    ///   - connections: The maximum number of connections that the `async` methods use at the same time. Further calls
    ///     wait. A running pipeline that writes to the database uses another one. Default: 4.
    ///   - lockTimeout: How long a statement waits for a lock of another transaction before it fails with a transient
    ///     error. Default: 10 s.
    ///   - answerTimeout: How long the server may take to answer a statement before the connection is closed and the
    ///     call fails with a transient error. Longer statements need a longer timeout. Default: 60 s.
    /// - Throws: `SQLError` if `conninfo` is not a valid connection string.
    public init(
        _ conninfo: String, connections: Int = 4, lockTimeout: Duration = .seconds(10),
        answerTimeout: Duration = .seconds(60)
    ) throws {
        do {
            let given = try PostgresSettings(conninfo).values
            let host = given["host"] ?? given["hostaddr"] ?? "its default host"
            summary = "PostgreSQL \(given["dbname"] ?? given["user"] ?? "default database") at \(host)"
        } catch {
            throw SQLError(error, place: SQLError.Place(database: "PostgreSQL"))
        }
        self.conninfo = Secret(conninfo)
        self.lockTimeout = lockTimeout
        self.answerTimeout = max(answerTimeout, .milliseconds(1))
        threads = WaitingThreads(count: connections)
        // A server that disappears without closing the connection is detected after these timeouts.
        settings = [
            "connect_timeout": "10", "tcp_user_timeout": "30000", "fallback_application_name": "millrace",
        ]
    }

    public func withSession<R>(inTransaction: Bool, _ body: (any SQLSession) throws -> R) throws -> R {
        let place = SQLError.Place(database: summary)
        do {
            let connection = try lease()
            defer { giveBack(connection) }
            let session = PostgresSession(connection, place, targets)
            return inTransaction ? try session.transaction { try body(session) } : try body(session)
        } catch let error as PostgresError {
            throw SQLError(error, place: place)
        }
    }

    /// Returns why the database cannot store a value: a string with a NUL byte.
    public func objection(to value: SQLValue) -> String? { value.objection }

    /// Closes the connections that are not in use.
    public func close() { idle.withLock { $0 = [] } }

    private func lease() throws(PostgresError) -> PostgresConnection {
        while let connection = idle.withLock({ $0.popLast() }) {
            if connection.isAlive, !connection.hasNews { return connection }
        }
        let connection = try PostgresConnection(
            conninfo.value, settings: settings, answerTimeout: answerTimeout)
        try connection.run(
            "SELECT set_config('lock_timeout', $1, false)", ["\(Int(lockTimeout / .milliseconds(1)))"])
        // Commits must be durable.
        try connection.run(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
        return connection
    }

    private func giveBack(_ connection: PostgresConnection) {
        guard connection.isAlive, !connection.isInTransaction else { return }
        idle.withLock { $0.append(connection) }
    }
}
