import CMillraceLibPQ
import Foundation

/// A connection to a PostgreSQL server. Its calls wait for the server; used by one thread at a time.
///
/// `@unchecked Sendable`: libpq lets a connection go from thread to thread, as long as only one uses it at a time, which is
/// for its owner to see to.
public final class PostgresConnection: @unchecked Sendable {
    private let connection: OpaquePointer
    private let answerTimeout: Duration
    /// The server has not answered in time: what it says later is the answer to nothing.
    private var isGivenUp = false

    /// Connects.
    ///
    /// - Parameters:
    ///   - conninfo: as libpq takes it: `host=db dbname=shop user=app`, or `postgresql://app@db/shop`. What is not given
    ///     comes from the environment (`PGHOST`, `PGPASSWORD`, ...) and the password file.
    ///   - settings: for what `conninfo` does not say.
    ///   - answerTimeout: how long the server may take for an answer, or to take in what it is sent.
    /// - Throws: `PostgresError`; never with the password.
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
            let message = String(cString: PQerrorMessage(connection)).trimmed  // deinit lets go of it
            let state = ConnectionRefusal.sqlState(message)
            throw PostgresError(
                message, sqlState: state, hint: state == "08001" ? Self.settingsHint : nil,
                isConnectionLost: state == nil)
        }
        // Notices (a table that is there already) are not errors, and not for standard error.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // No call waits by itself: `wait` does, and knows when it is enough.
        guard PQsetnonblocking(connection, 1) == 0 else { throw connectionError() }
    }

    deinit { PQfinish(connection) }

    static let settingsHint = "Correct the connection string"

    /// Whether it can be used, as far as this side knows.
    public var isAlive: Bool { !isGivenUp && PQstatus(connection) == CONNECTION_OK }

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
        let isSent = withStrings(arguments) { values in
            PQsendQueryParams(connection, sql, Int32(arguments.count), nil, values, nil, nil, 0)
        }
        guard isSent == 1 else { throw connectionError() }
        return try finish()
    }

    /// Starts a `COPY ... FROM STDIN`, gives it what `body` sends, and ends it.
    ///
    /// - Parameter body: calls its argument with chunks of data; if it throws the server is told to undo what it was given.
    /// - Returns: how many rows were written.
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

    /// A value of a `bytea` column from its text.
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

    /// The result of what was begun; all of it is read, so that the connection can be used again.
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

    /// The next result of what was sent; `nil` if there are no more.
    private func nextResult() throws(PostgresError) -> OpaquePointer? {
        try flush()
        while PQisBusy(connection) == 1 {
            try wait(for: POLLIN)
            guard PQconsumeInput(connection) == 1 else { throw connectionError() }
        }
        return PQgetResult(connection)
    }

    /// Waits until the server has taken in what was sent.
    private func flush() throws(PostgresError) {
        while true {
            switch PQflush(connection) {
            case 0: return
            case 1:
                try wait(for: POLLIN | POLLOUT)
                // A server that has something to say may take nothing in before it has said it.
                guard PQconsumeInput(connection) == 1 else { throw connectionError() }
            default: throw connectionError()
            }
        }
    }

    /// Waits for the socket, each time for as long as an answer may take.
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
