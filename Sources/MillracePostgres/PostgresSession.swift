import Millrace
import MillraceSQL
import MillraceLibPQ

/// A session on a PostgreSQL connection.
struct PostgresSession: SQLSession {
    private let connection: PostgresConnection
    private let place: SQLError.Place
    private let targets: KnownTargets

    init(_ connection: PostgresConnection, _ place: SQLError.Place, _ targets: KnownTargets) {
        self.connection = connection
        self.place = place
        self.targets = targets
    }

    /// Runs `body` in a transaction, which is rolled back if it throws.
    func transaction<R>(_ body: () throws -> R) throws -> R {
        try connection.run("BEGIN")
        let result: R
        do { result = try body() } catch {
            if connection.isAlive { _ = try? connection.run("ROLLBACK") }
            throw error
        }
        // COMMIT of a transaction in which a statement has failed rolls it back, without reporting an error.
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
        let target = SQLName.quotedTable(table)
        let insertion = PostgresInsertion(rows, into: table, onConflict, connection, place)
        do {
            try insertion.run { try targets.target(target) { try InsertionTarget(target, connection) } }
        } catch {
            targets.forget(target)
            throw error
        }
    }

    func checkInsertion(into table: String, columns: [String], onConflict: ConflictRule) throws {
        let target = SQLName.quotedTable(table)
        targets.forget(target)
        let list = SQLName.list(columns)
        _ = try query("SELECT \(list) FROM \(target) WHERE 1 = 0", [])
        // Values for columns GENERATED ALWAYS AS IDENTITY are accepted, as by COPY.
        _ = try query(
            "EXPLAIN INSERT INTO \(target) (\(list)) OVERRIDING SYSTEM VALUE SELECT \(list) FROM \(target) WHERE 1 = 0"
                + onConflict.clause(columns: columns), [])
    }
}
