import Dispatch
import Foundation
import GRDB
public import MillraceSQL
import Synchronization

/// A SQLite database in a file.
///
/// ```swift
/// import MillraceSQL
/// import MillraceSQLite
///
/// let database = SQLiteDatabase(path: "shop.db")
/// orders.sink(database.table("orders", columns: ["id", "total"]) { [.init($0.id), .init($0.total)] })
/// ```
///
/// The file is opened, and created if it does not exist, on first use. It uses write-ahead logging, so that readers and
/// the single writer do not block each other. Each commit is synchronised to disk. Strings that contain NUL bytes, and
/// NaN, are rejected with an error.
public final class SQLiteDatabase: SQLDatabase {
    private let path: String
    private let busyTimeout: Duration
    private let readers: Int
    private struct Opened {
        let pool: DatabasePool
        var files: SQLiteFiles
    }

    private let opened = Mutex<Opened?>(nil)
    public let threads: WaitingThreads

    /// Creates a database. The file is not opened before its first use.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - busyTimeout: How long a statement waits for a lock of another process before it fails with a transient
    ///     error. Default: 5 s.
    ///   - readers: The maximum number of connections that read at the same time; values below 1 are treated as 1.
    ///     There is one connection that writes. Default: 4.
    public init(path: String, busyTimeout: Duration = .seconds(5), readers: Int = 4) {
        self.path = path
        self.busyTimeout = busyTimeout
        self.readers = max(readers, 1)
        threads = WaitingThreads(count: readers)
    }

    public var summary: String { "SQLite \(path)" }

    public func withSession<R>(inTransaction: Bool, _ body: (any SQLSession) throws -> R) throws -> R {
        do {
            let pool = try openPool()
            try checkFiles()
            let result: R
            if inTransaction {
                result = try SQLiteSession.transaction(pool, summary, body)
            } else {
                result = try body(SQLiteStatements(pool, summary))
            }
            // Writes to a file that was removed are lost, so this has to be an error.
            try checkFiles()
            return result
        } catch let error as DatabaseError {
            throw SQLError(error, place: SQLError.Place(database: summary))
        }
    }

    /// Returns why the database cannot store a value: a string with a NUL byte, or NaN.
    public func objection(to value: SQLValue) -> String? { SQLiteSession.objection(to: value) }

    /// Closes the file. It is opened again on the next use.
    ///
    /// - Throws: `SQLError` if SQLite cannot close it.
    public func close() throws {
        let open = opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        do { try open?.pool.close() } catch let error as DatabaseError {
            throw SQLError(error, place: SQLError.Place(database: summary))
        }
    }

    /// Throws if the open file was removed or replaced at its path.
    private func checkFiles() throws {
        let problem = opened.withLock { $0?.files.findProblem() }
        guard let problem else { return }
        throw SQLError(
            .refused,
            "\(problem) while it was open: what has been written since may be lost. Bring the file back, and run again",
            place: SQLError.Place(database: summary))
    }

    private func openPool() throws -> DatabasePool {
        try opened.withLock { opened in
            if let opened { return opened.pool }
            var configuration = Configuration()
            configuration.busyMode = .timeout(busyTimeout / .seconds(1))
            configuration.maximumReaderCount = readers
            configuration.label = "millrace.sqlite"
            let pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB's default in this mode is NORMAL, but commits must be durable.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            opened = Opened(pool: pool, files: SQLiteFiles(path))
            return pool
        }
    }
}
