/// A relational database. `SQLiteDatabase` and `PostgresDatabase` conform to it.
///
/// Pipelines write to it through the sink
/// ``table(_:columns:mode:clearOnFresh:retryTimeout:refused:row:)``. Other code uses the `async` methods, each of which
/// is one transaction or one statement:
///
/// ```swift
/// try await database.insert(
///     into: "entities", columns: ["id", "name"], rows: [[1, "one"], [2, "two"]], onConflict: .update(keys: ["id"]))
/// let names = try await database.query("SELECT name FROM entities WHERE id > $1", [1])
/// ```
///
/// Connections are opened on demand, and reopened after they were lost.
public protocol SQLDatabase: Sendable {
    /// A description for messages and the pipeline graph, without secrets: `PostgreSQL shop at db.internal`.
    var summary: String { get }

    /// Calls `body` with a connection. Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - inTransaction: Whether everything that `body` does is one transaction: committed and durable when this
    ///     returns, rolled back if `body` throws.
    ///   - body: Uses the connection; called once.
    /// - Returns: The result of `body`.
    /// - Throws: `SQLError`, or the error of `body`.
    func withSession<R>(inTransaction: Bool, _ body: (any SQLSession) throws -> R) throws -> R

    /// Returns why the database cannot store a value unchanged; `nil` if it can.
    ///
    /// - Parameter value: The value to check.
    func objection(to value: SQLValue) -> String?

    /// The threads on which the `async` methods block.
    var threads: WaitingThreads { get }
}
