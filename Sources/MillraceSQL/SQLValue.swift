/// A value in a row of a database table.
///
/// ```swift
/// let row: [SQLValue] = [.init(order.id), .init(order.note), 3, "text", nil]
/// ```
public enum SQLValue: Sendable, Hashable {
    /// `NULL`.
    case null
    /// An integer; Booleans are 0 and 1.
    case integer(Int64)
    /// A floating-point number.
    case real(Double)
    /// A string.
    case text(String)
    /// A sequence of bytes.
    case blob([UInt8])

    /// Creates the database value of a Swift value.
    ///
    /// - Parameter value: The value to convert.
    public init(_ value: some SQLValueConvertible) { self = value.sqlValue }
}

extension SQLValue {
    /// Whether the value is `NULL`.
    public var isNull: Bool { self == .null }

    /// The integer; `nil` if the value is of another kind.
    public var int: Int? {
        if case .integer(let value) = self { Int(exactly: value) } else { nil }
    }

    /// The floating-point number or integer, as a `Double`; `nil` if the value is of another kind.
    public var double: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The string; `nil` if the value is of another kind.
    public var string: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The bytes; `nil` if the value is of another kind.
    public var bytes: [UInt8]? {
        if case .blob(let value) = self { value } else { nil }
    }

    /// The Boolean value of an integer: `false` for 0, `true` for others; `nil` if the value is of another kind.
    public var bool: Bool? { int.map { $0 != 0 } }
}

extension SQLValue: CustomStringConvertible {
    /// The value as in an SQL statement. Long strings are truncated, and only the size of bytes is shown.
    public var description: String {
        switch self {
        case .null: return "NULL"
        case .integer(let value): return "\(value)"
        case .real(let value): return "\(value)"
        case .text(let value):
            let shown = value.count > Self.shown ? value.prefix(Self.shown) + "..." : value[...]
            return "'\(shown)'"
        case .blob(let value): return "\(value.count) bytes"
        }
    }

    /// The number of characters of a string that messages show.
    private static let shown = 80
}
