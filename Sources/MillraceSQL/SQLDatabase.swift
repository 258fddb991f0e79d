/// A database with tables: SQLite and PostgreSQL conform.
///
/// Pipelines write to it with `table(_:columns:...)`; everybody else with its `async` methods, each of which is one
/// transaction or one statement:
///
/// ```swift
/// try await database.insert(
///     into: "entities", columns: ["id", "name"], rows: [[1, "one"], [2, "two"]], onConflict: .update(keys: ["id"]))
/// let names = try await database.query("SELECT name FROM entities WHERE id > $1", [1])
/// ```
///
/// Connections are made when they are needed, and made again after they were lost.
public protocol SQLDatabase: Sendable {
    /// What it is, for messages and the graph's printout, without secrets: `PostgreSQL shop at db.internal`.
    var summary: String { get }

    /// Lends out a connection on the caller's thread, which waits for the database.
    ///
    /// - Parameters:
    ///   - inTransaction: whether everything that `body` does is one transaction: committed, and safe against
    ///     power loss, when this returns; undone if `body` throws.
    ///   - body: uses the connection; called once.
    /// - Throws: `SQLError`, or what `body` throws.
    func withSession<R>(inTransaction: Bool, _ body: (any SQLSession) throws -> R) throws -> R

    /// Why the database could not hold a value as it is; `nil` if it can.
    func objection(to value: SQLValue) -> String?

    /// The threads on which the `async` methods wait.
    var threads: WaitingThreads { get }
}
