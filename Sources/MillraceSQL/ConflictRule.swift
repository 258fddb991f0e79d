/// How an insertion handles a row whose key exists in the table already.
///
/// ```swift
/// try await database.insert(
///     into: "prices", columns: ["item", "price"], rows: [["tea", 3.2], ["rice", 1.9]],
///     onConflict: .update(keys: ["item"]))
/// ```
public enum ConflictRule: Sendable, Hashable {
    /// The insertion fails, and none of its rows are written.
    case fail
    /// The row is skipped.
    case ignore
    /// The row replaces the existing row with the same values in `keys`, for which there has to be a unique index or a
    /// primary key. Of several inserted rows with the same key, the last one is kept.
    case update(keys: [String])

    /// Returns the `ON CONFLICT` clause of an `INSERT`, which is the same in SQLite and PostgreSQL.
    ///
    /// - Parameter columns: The names of the inserted columns.
    /// - Returns: The clause with a leading space; an empty string for ``fail``.
    public func clause(columns: [String]) -> String {
        switch self {
        case .fail: return ""
        case .ignore: return " ON CONFLICT DO NOTHING"
        case .update(let keys):
            let others = columns.filter { !keys.contains($0) }.map(SQLName.quoted)
            let target = " ON CONFLICT (\(SQLName.list(keys)))"
            if others.isEmpty { return target + " DO NOTHING" }
            return target + " DO UPDATE SET " + others.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        }
    }

    /// Checks that a row has a value in each key column, so that it can be found by its key.
    ///
    /// - Parameters:
    ///   - row: The values, in the order of `columns`.
    ///   - number: The number of the row in its batch, counted from 1, for the message.
    ///   - columns: The names of the columns.
    /// - Throws: `SQLError` of the kind `constraint` if a key column is `NULL` and the rule is ``update(keys:)``.
    public func check(_ row: [SQLValue], number: Int? = nil, columns: [String]) throws(SQLError) {
        guard case .update(let keys) = self else { return }
        for (column, value) in zip(columns, row) where value.isNull && keys.contains(column) {
            throw SQLError(
                .constraint,
                "key column \(column) is NULL, which equals no other key: the row would be inserted again at each repetition",
                place: SQLError.Place(columns: columns, row: row, rowNumber: number))
        }
    }
}
