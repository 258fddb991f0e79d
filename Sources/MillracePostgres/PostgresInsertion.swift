import MillraceSQL
import MillraceLibPQ

/// An insertion of rows into a table or view, within a transaction.
struct PostgresInsertion {
    private let rows: RowBatch
    private let rule: ConflictRule
    private let connection: PostgresConnection
    private let place: SQLError.Place
    private let target: String
    private let columns: String

    init(
        _ rows: RowBatch, into table: String, _ rule: ConflictRule, _ connection: PostgresConnection,
        _ place: SQLError.Place
    ) {
        self.rows = rows
        self.rule = rule
        self.connection = connection
        var place = place
        place.table = table
        place.columns = rows.columns
        self.place = place
        target = SQLName.quotedTable(table)
        columns = SQLName.list(rows.columns)
    }

    /// Inserts the rows.
    ///
    /// - Parameter ask: Returns the target; `nil` if there is none, which the server then reports as an error.
    /// - Throws: `SQLError`, with the row if a single row caused it.
    func run(_ ask: () throws -> InsertionTarget?) throws {
        do {
            let kind = try ask()
            if rule == .fail, kind?.takesCopy ?? true {
                try copy(checksLate: kind?.checksLate ?? false)
            } else {
                try stage()
            }
        } catch { throw located(error) }
    }

    private func copy(checksLate: Bool) throws {
        let sql = "COPY \(target) (\(columns)) FROM STDIN"
        let copied = CopiedRows(rows, rule, isNumbered: false)
        guard checksLate else { return try copied.send(sql, connection) }
        try insertNamingRows { try copied.send(sql, connection, part: $0) }
    }

    /// Copies the rows to a temporary table and inserts them from there, because `COPY` does not support conflict rules
    /// or views. A statement with `ON CONFLICT DO UPDATE` must not contain a key twice, and only the server knows which
    /// keys are equal, so the last row of each key is selected.
    private func stage() throws {
        let names = StagedNames(table: place.table ?? "", columns: rows.columns)
        let (staged, number) = (names.table, names.number)
        try connection.run(
            "CREATE TEMP TABLE \(staged) ON COMMIT DROP AS SELECT \(columns), 0::bigint AS \(number) FROM \(target) WITH NO DATA"
        )
        try CopiedRows(rows, rule, isNumbered: true)
            .send("COPY \(staged) (\(columns), \(number)) FROM STDIN", connection)
        var (source, order) = (staged, number)
        if case .update(let keys) = rule {
            order = SQLName.list(keys)
            source =
                "(SELECT DISTINCT ON (\(order)) \(columns), \(number) FROM \(staged) ORDER BY \(order), \(number) DESC)"
        }
        try insertNamingRows { part in
            let condition =
                part == 0..<rows.count
                ? "" : " WHERE \(number) >= \(part.lowerBound) AND \(number) < \(part.upperBound)"
            try connection.run(
                "INSERT INTO \(target) (\(columns)) OVERRIDING SYSTEM VALUE SELECT \(columns) FROM \(source) AS chosen\(condition) ORDER BY \(order)"
                    + rule.clause(columns: rows.columns))
        }
        try connection.run("DROP TABLE \(staged)")
    }

    // MARK: Finding the rejected row

    private static let whole = "millrace_insertion"
    private static let part = "millrace_insertion_part"

    /// Inserts all rows. If they are rejected and the server does not report the row, finds the first rejected one.
    private func insertNamingRows(_ insert: (Range<Int>) throws -> Void) throws {
        try connection.run("SAVEPOINT \(Self.whole)")
        do { try insert(0..<rows.count) } catch let error as PostgresError
            where error.copyLine == nil && error.mayConcernOneRow
        {
            if rows.count == 1 { throw located(error, row: 0) }
            try connection.run("ROLLBACK TO SAVEPOINT \(Self.whole)")
            try findRefused(insert)
            // All parts were accepted, so no single row caused the error.
            try connection.run("ROLLBACK TO SAVEPOINT \(Self.whole)")
            throw error
        }
        try connection.run("RELEASE SAVEPOINT \(Self.whole)")
    }

    /// Throws the error of the first row that is rejected after the rows before it were inserted. The transaction has
    /// failed, as it has without a search.
    private func findRefused(_ insert: (Range<Int>) throws -> Void) throws {
        var search = RefusedRowSearch(count: rows.count)
        while let part = search.next {
            try connection.run("SAVEPOINT \(Self.part)")
            do {
                try insert(part)
                search.note(isTaken: true)
            } catch let error as PostgresError where error.mayConcernOneRow {
                try connection.run("ROLLBACK TO SAVEPOINT \(Self.part)")
                search.note(isTaken: false)
            }
            try connection.run("RELEASE SAVEPOINT \(Self.part)")
        }
        do { try insert(search.taken..<search.taken + 1) } catch let error as PostgresError {
            throw located(error, row: search.taken)
        }
    }

    private func located(_ error: any Error, row: Int? = nil) -> any Error {
        if let error = error as? PostgresError {
            var place = place
            if let row = row ?? error.copyLine.map({ $0 - 1 }) {
                place.row = rows.row(row)
                place.rowNumber = row + 1
            }
            return SQLError(error, place: place)
        }
        guard var error = error as? SQLError else { return error }
        error.place.database = place.database
        error.place.table = place.table
        if error.place.columns.isEmpty { error.place.columns = rows.columns }
        return error
    }
}

/// The names of the temporary table for rows, and of its column of row numbers, which differ from the names of the
/// target and its columns.
struct StagedNames {
    /// Qualified with the schema of temporary tables, so that it is found with any `search_path`. Temporary tables hide
    /// others of the same name, also for triggers, so the name has to be unique.
    let table: String
    let number: String

    init(table: String, columns: [String]) {
        func free(_ name: String, _ taken: [String]) -> String {
            var name = name
            while taken.contains(where: { $0.lowercased().contains(name) }) { name += "_" }
            return name
        }
        self.table = "pg_temp." + free("millrace_rows_7f3a1c", [table])
        number = free("millrace_row", columns)
    }
}
