public import Millrace

/// An error of a database: what failed, where, and what to do about it.
///
/// In a batch handler, rows that violate a constraint or have a value of the wrong type are not retried
/// (``isWorthRetrying``).
///
/// ```swift
/// do {
///     try await database.insert(into: "orders", columns: ["id"], rows: [[7], [8], [7]])
/// } catch let error as SQLError where error.kind == .constraint {
///     print(error.problem, error.place.rowNumber ?? 0)
/// }
/// ```
public struct SQLError: RetryAware, TransientFailure, CustomStringConvertible, Sendable {
    /// The kind of an error, which determines whether a retry can succeed.
    public enum Kind: Sendable, Hashable {
        /// The database cannot be reached, is starting or stopping, or its disk is full. Transient.
        case unavailable
        /// A lock is held by another connection, or two transactions conflict. Transient.
        case busy
        /// A table, column, schema or database does not exist.
        case missing
        /// A row violates a constraint, such as a duplicate key or a missing value.
        case constraint
        /// A value is not valid for the type of its column.
        case type
        /// The user lacks a privilege.
        case permission
        /// Any other error, such as a syntax error in a statement.
        case refused
    }

    /// The location of an error, as far as it is known.
    public struct Place: Sendable, Hashable {
        /// The database, such as `SQLite shop.db`.
        public var database: String?
        /// The table.
        public var table: String?
        /// The columns that were being written.
        public var columns: [String]
        /// The values of the row, in the order of the columns.
        public var row: [SQLValue]?
        /// The number of the row in its batch, counted from 1.
        public var rowNumber: Int?

        /// Creates a location; what is not known is omitted.
        ///
        /// - Parameters:
        ///   - database: The database, such as `SQLite shop.db`.
        ///   - table: The table.
        ///   - columns: The columns that were being written.
        ///   - row: The values of the row, in the order of the columns.
        ///   - rowNumber: The number of the row in its batch, counted from 1.
        public init(
            database: String? = nil, table: String? = nil, columns: [String] = [], row: [SQLValue]? = nil,
            rowNumber: Int? = nil
        ) {
            self.database = database
            self.table = table
            self.columns = columns
            self.row = row
            self.rowNumber = rowNumber
        }
    }

    /// The kind of the error.
    public let kind: Kind
    /// The message of the database, without a full stop.
    public var problem: String
    /// The error code of the database, such as `SQLSTATE 23505`, or SQLite's extended result code.
    public let code: String?
    /// What to do about this particular error, without a full stop; `nil` if only the general ``advice`` applies.
    public var hint: String?
    /// The location of the error.
    public var place: Place

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - kind: The kind of the error.
    ///   - problem: The message, without a full stop.
    ///   - code: The error code of the database.
    ///   - hint: What to do about this particular error, without a full stop.
    ///   - place: The location of the error.
    public init(_ kind: Kind, _ problem: String, code: String? = nil, hint: String? = nil, place: Place = Place()) {
        self.kind = kind
        self.problem = problem
        self.code = code
        self.hint = hint
        self.place = place
    }

    /// Throws if a statement contains a NUL byte, at which the database would truncate it, which may change its
    /// meaning.
    package static func checkStatement(_ sql: String, _ place: Place) throws(SQLError) {
        if sql.utf8.contains(0) {
            throw SQLError(
                .refused, "the statement has a NUL byte, at which the database would cut it off", place: place)
        }
    }

    /// Whether the same operation may succeed later: for the kinds `unavailable` and `busy`.
    public var isTransient: Bool { kind == .unavailable || kind == .busy }

    /// Whether a retry with the same rows may succeed: for all kinds but `constraint` and `type`.
    public var isWorthRetrying: Bool { kind != .constraint && kind != .type }

    /// What to do about an error of this kind.
    public var advice: String {
        switch kind {
        case .unavailable: "See that the database runs, can be reached from here, and has room on its disk"
        case .busy: "Find out who holds the lock, or allow a longer retryTimeout"
        case .missing: "Create it, or correct the name"
        case .constraint: "Correct the row or the table; .upsert(keys:) replaces rows whose key is there already"
        case .type: "Give the column a type that takes the value, or write another value"
        case .permission: "Give this user the right, or connect as another"
        case .refused: "Correct the statement or the values"
        }
    }

    public var description: String {
        var text = place.database.map { "\($0): " } ?? ""
        if let table = place.table { text += "table \(table): " }
        text += problem
        if let code { text += " (\(code))" }
        if let row = place.row {
            let values = row.enumerated().map { index, value in
                "\(index < place.columns.count ? place.columns[index] : "value \(index + 1)") = \(value)"
            }
            let which = place.rowNumber.map { "row \($0) of the batch:" } ?? "the row"
            text += ", in \(which) \(values.joined(separator: ", "))"
        } else if !place.columns.isEmpty {
            text += ", with the columns \(place.columns.joined(separator: ", "))"
        }
        // The general advice for `refused` is omitted if there is a hint.
        let sentences = [text, hint, hint == nil || kind != .refused ? advice : nil].compactMap(\.self)
        return sentences.map { $0 + "." }.joined(separator: " ")
    }
}
