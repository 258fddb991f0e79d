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
/// The file is opened (and made, if it is missing) when it is first used, in write-ahead-log mode, so that readers and
/// the one writer do not wait for each other; each commit is synchronised to disk.
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

    /// - Parameters:
    ///   - path: the file.
    ///   - busyTimeout: how long a statement waits for another process's lock before it fails with a transient error.
    ///   - readers: connections that read at the same time; one at least. There is one that writes.
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
            // What was written to a file that is gone is lost.
            try checkFiles()
            return result
        } catch let error as DatabaseError {
            throw SQLError(error, place: SQLError.Place(database: summary))
        }
    }

    /// A NUL would end a text, and there is no NaN.
    public func objection(to value: SQLValue) -> String? { SQLiteSession.objection(to: value) }

    /// Closes the file; it is opened again when it is used again.
    public func close() throws {
        let open = opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        do { try open?.pool.close() } catch let error as DatabaseError {
            throw SQLError(error, place: SQLError.Place(database: summary))
        }
    }

    /// Throws if the file that is open is not the one at its path any more.
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
            // GRDB asks for less in this mode; but what was published must not be lost with the power.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            opened = Opened(pool: pool, files: SQLiteFiles(path))
            return pool
        }
    }
}
