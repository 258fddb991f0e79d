/// What happens to a row whose key the table holds already.
public enum ConflictRule: Sendable, Hashable {
    /// The insertion fails, and no row of it is written.
    case fail
    /// The row is left out.
    case ignore
    /// The row replaces the one with the same values in `keys`, which a unique index or primary key has to cover. Of
    /// several rows with one key the last one counts.
    case update(keys: [String])

    /// The clause of an `INSERT` for `columns`, the same in SQLite and PostgreSQL.
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

    /// Refuses a row that could not be found again by its key.
    ///
    /// - Parameters:
    ///   - row: the values, in the order of `columns`.
    ///   - number: which of the rows that are written together it is, from 1, for the message.
    ///   - columns: the names of the columns.
    public func check(_ row: [SQLValue], number: Int? = nil, columns: [String]) throws(SQLError) {
        guard case .update(let keys) = self else { return }
        for (column, value) in zip(columns, row) where value.isNull && keys.contains(column) {
            throw SQLError(
                .constraint,
                "key column \(column) has no value: NULL equals no other key, the row would be there again and again",
                place: SQLError.Place(columns: columns, row: row, rowNumber: number))
        }
    }
}
