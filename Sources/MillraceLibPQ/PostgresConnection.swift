import CMillraceLibPQ
import Foundation

/// A connection to a PostgreSQL server. Its methods block the calling thread. Used by one thread at a time.
///
/// `@unchecked Sendable`: libpq allows a connection to be used by different threads, as long as only one uses it at a
/// time, which its owner has to ensure.
public final class PostgresConnection: @unchecked Sendable {
    private let connection: OpaquePointer
    private let answerTimeout: Duration
    /// Whether the server has not answered in time, so that a later answer could be mistaken for that of another
    /// request.
    private var isGivenUp = false

    /// Connects to a server.
    ///
    /// - Parameters:
    ///   - conninfo: A libpq connection string: `host=db dbname=shop user=app`, or `postgresql://app@db/shop`. Other
    ///     settings are taken from `settings`, the environment (`PGHOST`, `PGPASSWORD`, ...) and the password file.
    ///   - settings: Settings for what `conninfo` does not contain. Default: none.
    ///   - answerTimeout: How long the server may take to answer a request, or to receive what it is sent. Default: one
    ///     hour.
    /// - Throws: ``PostgresError``. Its message never contains the password.
    public init(
        _ conninfo: String, settings: [String: String] = [:], answerTimeout: Duration = .seconds(3600)
    ) throws(PostgresError) {
        self.answerTimeout = answerTimeout
        var values = try PostgresSettings(conninfo).merged(over: settings)
        values["client_encoding"] = "UTF8"
        let names = values.keys.sorted()
        let connected = withStrings(names) { keywords in
            withStrings(names.map { values[$0] }) { PQconnectdbParams(keywords, $0, 0) }
        }
        guard let connected else { throw PostgresError("there is no memory for a connection", isConnectionLost: true) }
        connection = connected
        guard PQstatus(connection) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(connection)).trimmed  // deinit closes the connection
            let state = ConnectionRefusal.sqlState(message)
            throw PostgresError(
                message, sqlState: state, hint: state == "08001" ? Self.settingsHint : nil,
                isConnectionLost: state == nil)
        }
        // Notices, such as that a table exists already, are not errors; libpq would print them to standard error.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // Non-blocking, so that only `wait` blocks, which has a timeout.
        guard PQsetnonblocking(connection, 1) == 0 else { throw connectionError() }
    }

    deinit { PQfinish(connection) }

    static let settingsHint = "Correct the connection string"

    /// Whether the connection can be used, as far as the client knows.
    public var isAlive: Bool { !isGivenUp && PQstatus(connection) == CONNECTION_OK }

    /// Whether the server has sent something since its last answer, which usually means that it closes the connection.
    public var hasNews: Bool {
        var socket = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, 0) != 0
    }

    /// Whether a transaction is open, including a failed one.
    public var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Executes a statement.
    ///
    /// - Parameters:
    ///   - sql: A single statement; parameters are written `$1`, `$2` and so on.
    ///   - arguments: The values of the parameters as text, whose types the server infers; `nil` is `NULL`. Default:
    ///     none.
    /// - Returns: The result of the statement.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func run(_ sql: String, _ arguments: [String?] = []) throws(PostgresError) -> PostgresResult {
        let isSent = withStrings(arguments) { values in
            PQsendQueryParams(connection, sql, Int32(arguments.count), nil, values, nil, nil, 0)
        }
        guard isSent == 1 else { throw connectionError() }
        return try finish()
    }

    /// Executes a `COPY ... FROM STDIN` with the data that `body` sends.
    ///
    /// - Parameters:
    ///   - sql: The `COPY` statement.
    ///   - body: Calls its argument with chunks of data. If it throws, the copy is aborted.
    /// - Returns: The number of rows that were written.
    /// - Throws: ``PostgresError``, or the error of `body`.
    @discardableResult
    public func copyIn(
        _ sql: String, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws -> Int {
        guard PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0) == 1 else { throw connectionError() }
        let begun = try nextResult()
        do { _ = try checked(begun, expected: PGRES_COPY_IN) } catch {
            try discardResults()
            throw error
        }
        do {
            try body { try send($0) }
        } catch {
            if isAlive, (try? endCopy("the sender gave up")) != nil { try? discardResults() }
            throw error
        }
        try endCopy(nil)
        return try finish().changedRows
    }

    /// Decodes the text of a `bytea` value.
    ///
    /// - Parameter text: The text as sent by the server.
    /// - Returns: The bytes.
    public static func bytes(fromText text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var length = 0
        guard let start = text.baseAddress, let bytes = PQunescapeBytea(start, &length) else { return [] }
        defer { PQfreemem(bytes) }
        return [UInt8](UnsafeBufferPointer(start: bytes, count: length))
    }

    private func send(_ chunk: UnsafeRawBufferPointer) throws(PostgresError) {
        guard let start = chunk.baseAddress, !chunk.isEmpty else { return }
        while true {
            switch PQputCopyData(connection, start.assumingMemoryBound(to: CChar.self), Int32(chunk.count)) {
            case 1: return try flush()
            case 0: try flush()
            default: throw connectionError()
            }
        }
    }

    private func endCopy(_ error: String?) throws(PostgresError) {
        while true {
            switch PQputCopyEnd(connection, error) {
            case 1: return try flush()
            case 0: try flush()
            default: throw connectionError()
            }
        }
    }

    /// Returns the result of a request. Reads all remaining results, so that the connection can be used again.
    private func finish() throws(PostgresError) -> PostgresResult {
        let result = try nextResult()
        do { try discardResults() } catch {
            PQclear(result)
            throw error
        }
        return try checked(result)
    }

    private func discardResults() throws(PostgresError) {
        while let more = try nextResult() { PQclear(more) }
    }

    /// Returns the next result of a request; `nil` if there are no more.
    private func nextResult() throws(PostgresError) -> OpaquePointer? {
        try flush()
        while PQisBusy(connection) == 1 {
            try wait(for: POLLIN)
            guard PQconsumeInput(connection) == 1 else { throw connectionError() }
        }
        return PQgetResult(connection)
    }

    /// Waits until everything has been sent to the server.
    private func flush() throws(PostgresError) {
        while true {
            switch PQflush(connection) {
            case 0: return
            case 1:
                try wait(for: POLLIN | POLLOUT)
                // A server that is sending may not receive before its data has been read.
                guard PQconsumeInput(connection) == 1 else { throw connectionError() }
            default: throw connectionError()
            }
        }
    }

    /// Waits for the socket, for up to `answerTimeout`.
    private func wait(for events: Int32) throws(PostgresError) {
        let deadline = ContinuousClock.now.advanced(by: answerTimeout)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { break }
            var socket = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
            let milliseconds = Int32(min(left / .milliseconds(1) + 1, 60_000))
            let ready = poll(&socket, 1, milliseconds)
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw connectionError() }
        }
        isGivenUp = true
        throw PostgresError(
            "the server is connected and has not answered within \(answerTimeout)", isConnectionLost: true)
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

/// Calls `body` with an array of C strings: a null pointer for each `nil`, and one at the end.
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
            // Never empty, because of the null pointer at the end.
            body(pointers.baseAddress.unsafelyUnwrapped)
        }
    }
}
