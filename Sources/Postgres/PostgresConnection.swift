import CPostgres
import Foundation

/// A connection to a PostgreSQL server. Its calls wait for the server; used by one thread at a time.
///
/// `@unchecked Sendable`: libpq lets a connection go from thread to thread, as long as only one uses it at a time, which is
/// for its owner to see to.
public final class PostgresConnection: @unchecked Sendable {
    private let connection: OpaquePointer

    /// Connects.
    ///
    /// - Parameters:
    ///   - conninfo: as libpq takes it: `host=db dbname=shop user=app`, or `postgresql://app@db/shop`. What is not given
    ///     comes from the environment (`PGHOST`, `PGPASSWORD`, ...) and the password file.
    ///   - settings: for what `conninfo` does not say.
    /// - Throws: `PostgresError`; never with the password.
    public init(_ conninfo: String, settings: [String: String] = [:]) throws(PostgresError) {
        var values = try PostgresSettings(conninfo).merged(over: settings)
        values["client_encoding"] = "UTF8"
        let names = values.keys.sorted()
        let connected = withStrings(names) { keywords in
            withStrings(names.map { values[$0] }) { PQconnectdbParams(keywords, $0, 0) }
        }
        guard let connected else { throw PostgresError("there is no memory for a connection", isConnectionLost: true) }
        connection = connected
        guard PQstatus(connection) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(connection)).trimmed  // deinit lets go of it
            let state = Self.refusal(in: message)
            throw PostgresError(message, sqlState: state, isConnectionLost: state == nil)
        }
        // Notices (a table that is there already) are not errors, and not for standard error.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    /// The code of a refusal; `nil` where the server was not reached. libpq tells only the server's words.
    private static func refusal(in message: String) -> String? {
        if message.contains("database \"") && message.contains("does not exist") { return "3D000" }
        if message.contains("too many connections") { return "53300" }
        if message.contains("permission denied for database") { return "42501" }
        let settings = ["sslmode", "SSL was required", "certificate"]
        if settings.contains(where: message.contains) { return "08001" }
        let refusals = ["authentication failed", "no password supplied", "no pg_hba.conf entry", "role \""]
        return refusals.contains { message.contains($0) } ? "28000" : nil
    }

    /// Whether it can be used, as far as this side knows.
    public var isAlive: Bool { PQstatus(connection) == CONNECTION_OK }

    /// Whether the server has said something since its last answer: as a rule, that it hangs up.
    public var hasNews: Bool {
        var socket = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, 0) != 0
    }

    /// Whether a transaction is open, failed or not.
    public var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Runs a statement.
    ///
    /// - Parameter arguments: the texts of `$1`, `$2` and so on, whose types the server infers; `nil` is NULL.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func run(_ sql: String, _ arguments: [String?] = []) throws(PostgresError) -> PostgresResult {
        let result = withStrings(arguments) { values in
            PQexecParams(connection, sql, Int32(arguments.count), nil, values, nil, nil, 0)
        }
        return try checked(result)
    }

    /// Starts a `COPY ... FROM STDIN`, gives it what `body` sends, and ends it.
    ///
    /// - Parameter body: calls its argument with chunks of data; if it throws the server is told to undo what it was given.
    /// - Returns: how many rows were written.
    @discardableResult
    public func copyIn(
        _ sql: String, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws -> Int {
        _ = try checked(PQexec(connection, sql), expected: PGRES_COPY_IN)
        do {
            try body { try send($0) }
        } catch {
            if PQputCopyEnd(connection, "the sender gave up") == 1 { drain() }
            throw error
        }
        guard PQputCopyEnd(connection, nil) == 1 else { throw connectionError() }
        return try finish().changedRows
    }

    /// A value of a `bytea` column from its text.
    public static func bytes(fromText text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var length = 0
        guard let start = text.baseAddress, let bytes = PQunescapeBytea(start, &length) else { return [] }
        defer { PQfreemem(bytes) }
        return [UInt8](UnsafeBufferPointer(start: bytes, count: length))
    }

    private func send(_ chunk: UnsafeRawBufferPointer) throws(PostgresError) {
        guard let start = chunk.baseAddress, !chunk.isEmpty else { return }
        let sent = PQputCopyData(connection, start.assumingMemoryBound(to: CChar.self), Int32(chunk.count))
        if sent != 1 { throw connectionError() }
    }

    /// The result of what was begun; all of it is read, so that the connection can be used again.
    private func finish() throws(PostgresError) -> PostgresResult {
        let result = PQgetResult(connection)
        drain()
        return try checked(result)
    }

    private func drain() {
        while let more = PQgetResult(connection) { PQclear(more) }
    }

    private func checked(
        _ result: OpaquePointer?, expected: ExecStatusType? = nil
    ) throws(PostgresError) -> PostgresResult {
        guard let result else { throw connectionError() }
        let wrapped = PostgresResult(taking: result)
        let isLost = PQstatus(connection) != CONNECTION_OK
        if let expected {
            if wrapped.status == expected { return wrapped }
        } else if wrapped.status == PGRES_COMMAND_OK || wrapped.status == PGRES_TUPLES_OK
            || wrapped.status == PGRES_EMPTY_QUERY
        {
            return wrapped
        }
        throw wrapped.error(isConnectionLost: isLost)
    }

    private func connectionError() -> PostgresError {
        PostgresError(
            String(cString: PQerrorMessage(connection)).trimmed,
            isConnectionLost: PQstatus(connection) != CONNECTION_OK)
    }
}

/// Lends out C strings, a null pointer for each `nil` and one at the end.
func withStrings<R>(
    _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
) -> R {
    var bytes: [CChar] = []
    var starts: [Int?] = []
    for text in texts {
        guard let text else {
            starts.append(nil)
            continue
        }
        starts.append(bytes.count)
        bytes.append(contentsOf: text.utf8CString)
    }
    return bytes.withUnsafeBufferPointer { bytes in
        let pointers = starts.map { start in start.flatMap { start in bytes.baseAddress.map { $0 + start } } } + [nil]
        return pointers.withUnsafeBufferPointer { pointers in
            // Never empty: the null pointer at the end is there.
            body(pointers.baseAddress.unsafelyUnwrapped)
        }
    }
}
