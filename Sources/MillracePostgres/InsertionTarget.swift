import MillraceLibPQ
import Synchronization

/// What the server has to say about a table or view before rows are inserted into it.
struct InsertionTarget: Sendable, Hashable {
    /// Whether `COPY` writes to it. It does not where row-level security applies, nor to views.
    let takesCopy: Bool
    /// Whether rows are checked (foreign keys, triggers) when a statement is through with all of them: the error does not say
    /// which one it was.
    let checksLate: Bool

    /// Asks the server; `nil` if there is no such thing.
    init?(_ quotedName: String, _ connection: PostgresConnection) throws(PostgresError) {
        let result = try connection.run(Self.question, [quotedName])
        guard result.rowCount > 0 else { return nil }
        func isTrue(_ column: Int) -> Bool { result.text(row: 0, column: column)?.first == UInt8(ascii: "t") }
        takesCopy = isTrue(0)
        checksLate = isTrue(1)
    }

    // pg_trigger.tgtype: 2 before, 4 insert, 64 instead of. Partitions may have triggers of their own.
    private static let question = """
        SELECT c.relkind IN ('r', 'p', 'f') AND NOT pg_catalog.row_security_active(c.oid),
            c.relkind = 'p' OR EXISTS (
                SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 70 = 4)
        FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)
        """
}

/// The targets of a database's insertions, asked about once each.
final class KnownTargets: Sendable {
    private let known = Mutex<[String: InsertionTarget]>([:])

    /// What is known of a target, or what `ask` says of it; `nil` (no such target) is not kept.
    func target(_ name: String, _ ask: () throws -> InsertionTarget?) rethrows -> InsertionTarget? {
        if let target = known.withLock({ $0[name] }) { return target }
        let target = try ask()
        known.withLock { $0[name] = target }
        return target
    }

    /// It may have become something else.
    func forget(_ name: String) { known.withLock { _ = $0.removeValue(forKey: name) } }
}
