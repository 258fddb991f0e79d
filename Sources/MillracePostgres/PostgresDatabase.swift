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
/// Connections are made when they are needed, kept, and made again after they were lost. Values are sent as text, and the
/// server turns them into the column's type; so a text may stand for a time, a number, a UUID or JSON. Texts cannot hold
/// NUL bytes.
public final class PostgresDatabase: SQLDatabase {
    private let conninfo: Secret
    private let settings: [String: String]
    private let lockTimeout: Duration
    private let answerTimeout: Duration
    private let idle = Mutex<[PostgresConnection]>([])
    private let targets = KnownTargets()
    public let summary: String
    public let threads: WaitingThreads

    /// - Parameters:
    ///   - conninfo: as libpq takes it: `host=db dbname=shop user=app`, or `postgresql://app@db/shop`. What is not given
    ///     comes from the environment (`PGHOST`, `PGPASSWORD`, ...) and the password file.
    ///   - connections: how many the asynchronous methods use at once; more calls wait their turn. Each running pipeline
    ///     that writes to the database has one more.
    ///   - lockTimeout: how long a statement waits for another transaction's lock before it fails with a transient error.
    ///   - answerTimeout: how long the server may take for the answer to a statement before its connection is given up
    ///     with a transient error; a minute by default. Statements that may take longer need a longer one.
    /// - Throws: `SQLError` if `conninfo` is not a connection string. Nothing is connected yet.
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
        // A server that is gone without a word is found out about in this time.
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

    /// A text cannot hold a NUL.
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
        // What was committed must not be lost with the server's power.
        try connection.run(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
        return connection
    }

    private func giveBack(_ connection: PostgresConnection) {
        guard connection.isAlive, !connection.isInTransaction else { return }
        idle.withLock { $0.append(connection) }
    }
}
