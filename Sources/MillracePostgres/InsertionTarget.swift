import MillraceLibPQ
import Synchronization

/// The properties of a table or view that determine how rows are inserted into it.
struct InsertionTarget: Sendable, Hashable {
    /// Whether `COPY` can write to it: not to views, and not where row-level security applies.
    let takesCopy: Bool
    /// Whether rows are checked (by foreign keys or triggers) at the end of a statement, so that the error does not
    /// name the row.
    let checksLate: Bool

    /// Queries the server; `nil` if there is no such table or view.
    init?(_ quotedName: String, _ connection: PostgresConnection) throws(PostgresError) {
        let result = try connection.run(Self.question, [quotedName])
        guard result.rowCount > 0 else { return nil }
        func isTrue(_ column: Int) -> Bool { result.text(row: 0, column: column)?.first == UInt8(ascii: "t") }
        takesCopy = isTrue(0)
        checksLate = isTrue(1)
    }

    // Bits of pg_trigger.tgtype: 2 before, 4 insert, 64 instead of. Partitions may have triggers of their own.
    private static let question = """
        SELECT c.relkind IN ('r', 'p', 'f') AND NOT pg_catalog.row_security_active(c.oid),
            c.relkind = 'p' OR EXISTS (
                SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 70 = 4)
        FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)
        """
}

/// A cache of the insertion targets of a database.
final class KnownTargets: Sendable {
    private let known = Mutex<[String: InsertionTarget]>([:])

    /// Returns the cached target, or the result of `ask`, which is cached unless it is `nil` (no such target).
    func target(_ name: String, _ ask: () throws -> InsertionTarget?) rethrows -> InsertionTarget? {
        if let target = known.withLock({ $0[name] }) { return target }
        let target = try ask()
        known.withLock { $0[name] = target }
        return target
    }

    /// Removes a target from the cache, because it may have changed.
    func forget(_ name: String) { known.withLock { _ = $0.removeValue(forKey: name) } }
}
