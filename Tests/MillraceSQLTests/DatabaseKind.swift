import MillracePostgres
import MillraceSQL
import MillraceSQLite
import PostgresTestServer

/// The databases that every test is for.
enum DatabaseKind: String, CaseIterable, Sendable {
    case sqlite
    case postgres

    /// The type of a column of bytes.
    var bytes: String {
        switch self {
        case .sqlite: "BLOB"
        case .postgres: "BYTEA"
        }
    }

    /// A database of a test's own, empty.
    func make(in folder: TemporaryFolder) throws -> any SQLDatabase {
        switch self {
        case .sqlite: SQLiteDatabase(path: folder.file("test.db"), busyTimeout: .milliseconds(50))
        case .postgres: try PostgresDatabase(PostgresTestServer.shared.get().makeDatabase())
        }
    }
}

extension SQLDatabase {
    /// For tests of pipelines, which are not asynchronous.
    func run(_ sql: String, _ arguments: [SQLValue] = []) throws {
        try withSession(inTransaction: false) { _ = try $0.execute(sql, arguments) }
    }

    /// All rows of a table, as text, in order.
    func rows(of table: String, columns: String = "*") throws -> [String] {
        try withSession(inTransaction: false) { try $0.query("SELECT \(columns) FROM \(table)", []) }
            .map { $0.map { "\($0)" }.joined(separator: " ") }.sorted()
    }
}
