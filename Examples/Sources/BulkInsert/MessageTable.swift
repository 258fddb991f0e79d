import Dispatch
import Foundation
import MillraceSQL

/// Where messages go.
protocol MessageTable: Sendable {
    var summary: String { get }
    /// Empties it.
    func clear() async throws
    /// Writes one row.
    func insert(_ message: Message) async throws
    /// Writes rows together.
    func insert(_ messages: [Message]) async throws
    /// Rows that are there.
    var count: Int { get async throws }
}

/// A row: where it came from is its key, so that it may be written again after a crash.
struct Message: Sendable {
    let partition: Int32
    let offset: Int64
    let text: String

    var row: [SQLValue] { [.init(partition), .init(offset), .init(text)] }
    static let columns = ["partition_number", "record_offset", "body"]
}

/// A table in a database.
struct DatabaseTable: MessageTable {
    private let database: any SQLDatabase
    private static let name = "millrace_messages"

    init(_ database: any SQLDatabase) async throws {
        self.database = database
        try await database.execute("DROP TABLE IF EXISTS \(Self.name)")
        try await database.execute(
            """
            CREATE TABLE \(Self.name) (
                partition_number BIGINT NOT NULL, record_offset BIGINT NOT NULL, body TEXT NOT NULL,
                PRIMARY KEY (partition_number, record_offset))
            """)
    }

    var summary: String { database.summary }

    func clear() async throws { try await database.execute("DELETE FROM \(Self.name)") }

    func insert(_ message: Message) async throws { try await insert([message]) }

    func insert(_ messages: [Message]) async throws {
        try await database.insert(
            into: Self.name, columns: Message.columns, rows: messages.map(\.row), onConflict: .ignore)
    }

    var count: Int {
        get async throws { try await database.query("SELECT count(*) FROM \(Self.name)").first?.first?.int ?? 0 }
    }
}

/// A database of which only the time is real: a blocking call of 5 ms for a row, of 10 ms for a batch.
final class TimedTable: MessageTable {
    private let rows = Counter()
    private let threads = DispatchQueue(label: "timed-table", attributes: .concurrent)

    var summary: String { "an insert takes 5 ms, a batch 10 ms" }
    func clear() async throws { rows.reset() }
    func insert(_ message: Message) async throws { await wait(5, 1) }
    func insert(_ messages: [Message]) async throws { await wait(10, messages.count) }
    var count: Int { rows.value }

    private func wait(_ milliseconds: UInt32, _ count: Int) async {
        await withCheckedContinuation { continuation in
            threads.async {
                usleep(milliseconds * 1000)
                self.rows.add(count)
                continuation.resume()
            }
        }
    }
}
