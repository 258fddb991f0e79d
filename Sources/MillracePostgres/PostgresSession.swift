import Millrace
import MillraceSQL
import Postgres

/// A connection while it is lent out.
struct PostgresSession: SQLSession {
    private let connection: PostgresConnection
    private let place: SQLError.Place
    private let views: KnownViews

    init(_ connection: PostgresConnection, _ place: SQLError.Place, _ views: KnownViews) {
        self.connection = connection
        self.place = place
        self.views = views
    }

    /// Commits what `body` did, or undoes it.
    func transaction<R>(_ body: () throws -> R) throws -> R {
        try connection.run("BEGIN")
        let result: R
        do { result = try body() } catch {
            if connection.isAlive { _ = try? connection.run("ROLLBACK") }
            throw error
        }
        // A transaction in which a statement has failed is not committed, and COMMIT does not call that an error.
        guard try connection.run("COMMIT").command == "COMMIT" else {
            throw SQLError(
                .refused, "the transaction was undone, because a statement in it had failed", place: place)
        }
        return result
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try run(sql, arguments).changedRows
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        let result = try run(sql, arguments)
        let types = (0..<result.columnCount).map(result.type)
        return (0..<result.rowCount).map { row in
            types.indices.map { column in
                result.text(row: row, column: column).map { SQLValue($0, type: types[column]) } ?? .null
            }
        }
    }

    private func run(_ sql: String, _ arguments: [SQLValue]) throws -> PostgresResult {
        try SQLError.checkStatement(sql, place)
        for value in arguments {
            if let objection = value.objection { throw SQLError(.type, "\(objection): \(value)", place: place) }
        }
        do { return try connection.run(sql, arguments.map(\.postgresText)) } catch {
            throw SQLError(error, place: place)
        }
    }

    func insert(_ rows: RowBatch, into table: String, onConflict: ConflictRule) throws {
        if connection.isInTransaction {
            try write(rows, into: table, onConflict: onConflict)
        } else {
            try transaction { try write(rows, into: table, onConflict: onConflict) }
        }
    }

    private func write(_ rows: RowBatch, into table: String, onConflict: ConflictRule) throws {
        let columns = SQLName.list(rows.columns)
        let target = SQLName.quotedTable(table)
        do {
            if onConflict == .fail, try !isView(target) {
                try CopiedRows(rows, onConflict, isNumbered: false).send(
                    "COPY \(target) (\(columns)) FROM STDIN", connection)
                return
            }
            // COPY knows no conflicts, and writes to no view: the rows go to a table of their own first. One statement must not meet a key twice,
            // and only the server knows which keys are equal; so it takes the last row of each.
            let (staged, number) = Self.stagedNames(table, rows.columns)
            try connection.run(
                "CREATE TEMP TABLE \(staged) ON COMMIT DROP AS SELECT \(columns), 0::bigint AS \(number) FROM \(target) WITH NO DATA"
            )
            try CopiedRows(rows, onConflict, isNumbered: true)
                .send("COPY \(staged) (\(columns), \(number)) FROM STDIN", connection)
            let chosen: String
            if case .update(let keys) = onConflict {
                let keys = SQLName.list(keys)
                chosen = "SELECT DISTINCT ON (\(keys)) \(columns) FROM \(staged) ORDER BY \(keys), \(number) DESC"
            } else {
                chosen = "SELECT \(columns) FROM \(staged) ORDER BY \(number)"
            }
            try connection.run(
                "INSERT INTO \(target) (\(columns)) \(chosen)" + onConflict.clause(columns: rows.columns))
            try connection.run("DROP TABLE \(staged)")
        } catch {
            throw located(error, table, rows)
        }
    }

    private func isView(_ target: String) throws -> Bool {
        try views.isView(target) {
            let result = try connection.run(
                "SELECT 1 FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1) AND relkind = 'v'", [target])
            return result.rowCount > 0
        }
    }

    /// A table and a column of its own that are named as neither the target nor one of its columns is. A temporary table goes
    /// before others of its name, also for triggers: so its name is one that nobody else gives.
    static func stagedNames(_ table: String, _ columns: [String]) -> (table: String, number: String) {
        func free(_ name: String, _ taken: [String]) -> String {
            var name = name
            while taken.contains(where: { $0.lowercased().contains(name) }) { name += "_" }
            return name
        }
        return (free("millrace_rows_7f3a1c", [table]), free("millrace_row", columns))
    }

    private func located(_ error: any Error, _ table: String, _ rows: RowBatch) -> any Error {
        var place = place
        place.table = table
        place.columns = rows.columns
        if let error = error as? PostgresError {
            place.row = error.copyLine.flatMap { rows.row($0 - 1) }
            return SQLError(error, place: place)
        }
        guard var error = error as? SQLError else { return error }
        error.place.database = place.database
        error.place.table = table
        if error.place.columns.isEmpty { error.place.columns = rows.columns }
        return error
    }
}
