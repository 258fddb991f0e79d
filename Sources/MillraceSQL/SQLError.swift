public import Millrace

/// What a database refused or could not do: what, where, and what to do about it.
///
/// In a batch's handler, rows that break a constraint or do not fit their columns are not tried again: they are bad, and the
/// database is not.
public struct SQLError: RetryAware, TransientFailure, CustomStringConvertible, Sendable {
    /// What kind of failure it is; this decides whether trying again can help.
    public enum Kind: Sendable, Hashable {
        /// The database cannot be reached, is starting or stopping, or has no room. It may be back soon.
        case unavailable
        /// Somebody else holds a lock, or two transactions got in each other's way.
        case busy
        /// No such table, column, schema or database.
        case missing
        /// A row breaks a constraint: a key that is there already, a value that is missing.
        case constraint
        /// A value does not fit its column's type.
        case type
        /// This user may not do that.
        case permission
        /// Anything else, such as a mistake in a statement.
        case refused
    }

    /// Where it happened, as far as is known.
    public struct Place: Sendable, Hashable {
        /// The database: `SQLite shop.db`.
        public var database: String?
        /// The table.
        public var table: String?
        /// The columns that were written.
        public var columns: [String]
        /// The row's values, in the order of the columns.
        public var row: [SQLValue]?
        /// Which of the rows that were written together it is, from 1.
        public var rowNumber: Int?

        /// What is known of it.
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

    /// What kind of failure it is.
    public let kind: Kind
    /// What the database says, without a full stop.
    public var problem: String
    /// The database's own code: an SQLSTATE such as `23505`, or SQLite's extended result code.
    public let code: String?
    /// What to do about this one in particular, without a full stop; `nil` if there is no more to say than `advice`.
    public var hint: String?
    /// Where.
    public var place: Place

    /// A failure of `kind`.
    public init(_ kind: Kind, _ problem: String, code: String? = nil, hint: String? = nil, place: Place = Place()) {
        self.kind = kind
        self.problem = problem
        self.code = code
        self.hint = hint
        self.place = place
    }

    /// Refuses a statement that a database would cut off at a NUL: what is left of it may mean something else.
    package static func checkStatement(_ sql: String, _ place: Place) throws(SQLError) {
        if sql.utf8.contains(0) {
            throw SQLError(
                .refused, "the statement has a NUL byte, at which the database would cut it off", place: place)
        }
    }

    /// Whether the same thing may succeed later.
    public var isTransient: Bool { kind == .unavailable || kind == .busy }

    /// Whether the rows may be taken another time.
    public var isWorthRetrying: Bool { kind != .constraint && kind != .type }

    /// What to do about it.
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
        // What can be said of anything is not worth a sentence behind what is meant.
        let sentences = [text, hint, hint == nil || kind != .refused ? advice : nil].compactMap(\.self)
        return sentences.map { $0 + "." }.joined(separator: " ")
    }
}
