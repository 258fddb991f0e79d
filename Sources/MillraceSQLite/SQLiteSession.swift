import Foundation
import GRDB
import GRDBSQLite
import MillraceSQL

/// A session on the single writing connection of a SQLite database, within or outside a transaction.
struct SQLiteSession: SQLSession {
    private let connection: Database
    private let summary: String

    init(_ connection: Database, _ summary: String) {
        self.connection = connection
        self.summary = summary
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try located(SQLError.Place(database: summary)) {
            try SQLError.checkStatement(sql, SQLError.Place(database: summary))
            let before = connection.totalChangesCount
            let statement = try connection.makeStatement(sql: sql)
            try statement.execute(arguments: try Self.arguments(arguments, of: statement))
            return connection.totalChangesCount - before
        }
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        try located(SQLError.Place(database: summary)) {
            try SQLError.checkStatement(sql, SQLError.Place(database: summary))
            return try Self.rows(connection.makeStatement(sql: sql), arguments)
        }
    }

    func insert(_ rows: RowBatch, into table: String, onConflict: ConflictRule) throws {
        var place = SQLError.Place(database: summary, table: table, columns: rows.columns)
        try located(place) {
            let places = rows.columns.map { _ in "?" }.joined(separator: ", ")
            let statement = try connection.cachedStatement(
                sql: "INSERT INTO \(SQLName.quotedTable(table)) (\(SQLName.list(rows.columns))) VALUES (\(places))"
                    + onConflict.clause(columns: rows.columns))
            let binding = RowBinding(statement)
            try rows.forEach { index, row in
                try onConflict.check(row, number: index + 1, columns: rows.columns)
                do { try binding.run(row) } catch {
                    place.row = row
                    place.rowNumber = index + 1
                    throw Self.error(error, place)
                }
            }
        }
    }

    static func rows(_ statement: Statement, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        let cursor = try Row.fetchCursor(statement, arguments: try Self.arguments(arguments, of: statement))
        var rows: [[SQLValue]] = []
        while let row = try cursor.next() { rows.append(row.databaseValues.map(SQLValue.init)) }
        return rows
    }

    static func objection(to value: SQLValue) -> String? {
        switch value {
        case .text(let text) where text.utf8.contains(0): "SQLite would truncate the text at its NUL byte"
        case .real(let number) where number.isNaN: "SQLite would store NaN as NULL"
        default: nil
        }
    }

    private static func stored(_ value: SQLValue) throws -> DatabaseValue {
        if let objection = objection(to: value) { throw SQLError(.type, "\(objection): \(value)") }
        switch value {
        case .null: return .null
        case .integer(let value): return value.databaseValue
        case .real(let value): return value.databaseValue
        case .text(let value): return value.databaseValue
        case .blob(let value): return Data(value).databaseValue
        }
    }

    /// Returns the values in the order of the statement's parameters. `$1` is a name to SQLite, which numbers
    /// parameters in the order of their occurrence. SQLite is asked for the names, because it knows what is part of a
    /// string literal.
    private static func arguments(_ values: [SQLValue], of statement: Statement) throws -> StatementArguments {
        let count = Int(sqlite3_bind_parameter_count(statement.sqliteStatement))
        var used: Set<Int> = []
        let ordered = try (0..<count).map { index in
            let name = sqlite3_bind_parameter_name(statement.sqliteStatement, Int32(index + 1)).map {
                String(cString: $0)
            }
            let place = name.flatMap { $0.hasPrefix("$") ? Int($0.dropFirst()).map { $0 - 1 } : nil } ?? index
            used.insert(place)
            guard values.indices.contains(place) else {
                throw SQLError(
                    .refused,
                    "the statement's parameter \(name ?? "\(index + 1)") has no value: there are \(values.count)")
            }
            return try stored(values[place])
        }
        guard used.count == values.count else {
            throw SQLError(
                .refused, "the statement has \(used.count) parameters, and there are \(values.count) values")
        }
        return StatementArguments(ordered)
    }

    private func located<R>(_ place: SQLError.Place, _ body: () throws -> R) throws -> R {
        do { return try body() } catch { throw Self.error(error, place) }
    }

    static func error(_ error: any Error, _ place: SQLError.Place) -> any Error {
        if let error = error as? DatabaseError { return SQLError(error, place: place) }
        guard var error = error as? SQLError else { return error }
        error.place.database = error.place.database ?? place.database
        error.place.table = error.place.table ?? place.table
        error.place.row = error.place.row ?? place.row
        error.place.rowNumber = error.place.rowNumber ?? place.rowNumber
        if error.place.columns.isEmpty { error.place.columns = place.columns }
        return error
    }
}
