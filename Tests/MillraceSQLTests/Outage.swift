import Foundation
import MillracePostgres
import MillraceSQL
import MillraceSQLite
import PostgresTestServer

/// Takes a database away, and gives it back.
struct Outage: Sendable {
    let begin: @Sendable () -> Void
    let end: @Sendable () -> Void

    /// The database, with a table, and a way to take it away.
    static func make(_ kind: DatabaseKind, in folder: TemporaryFolder) throws -> (any SQLDatabase, Outage) {
        switch kind {
        case .sqlite:
            let database = try kind.make(in: folder)
            let other = SQLiteDatabase(path: folder.file("test.db"))
            let (isTaken, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            return (
                database,
                Outage(
                    begin: {
                        // Somebody else begins to write, and does not come to an end.
                        Thread.detachNewThread {
                            try? other.withSession(inTransaction: true) { _ in
                                isTaken.signal()
                                mayEnd.wait()
                            }
                        }
                        isTaken.wait()
                    }, end: { mayEnd.signal() })
            )
        case .postgres:
            let server = try PostgresTestServer()
            return (
                try PostgresDatabase(server.makeDatabase()),
                Outage(begin: { server.stop() }, end: { try? server.start() })
            )
        }
    }
}
