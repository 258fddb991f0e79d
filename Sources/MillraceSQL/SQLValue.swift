/// A value in a row of a database's table.
///
/// ```swift
/// let row: [SQLValue] = [.init(order.id), .init(order.note), 3, "text", nil]
/// ```
public enum SQLValue: Sendable, Hashable {
    /// No value.
    case null
    /// A whole number; truth values are 0 and 1.
    case integer(Int64)
    /// A floating-point number.
    case real(Double)
    /// A text.
    case text(String)
    /// Bytes.
    case blob([UInt8])

    /// What `value` is in a database.
    public init(_ value: some SQLValueConvertible) { self = value.sqlValue }
}

extension SQLValue {
    /// Whether it is `null`.
    public var isNull: Bool { self == .null }

    /// The whole number; `nil` if it is none.
    public var int: Int? {
        if case .integer(let value) = self { Int(exactly: value) } else { nil }
    }

    /// The number, whole or not; `nil` if it is none.
    public var double: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The text; `nil` if it is none.
    public var string: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The bytes; `nil` if it holds none.
    public var bytes: [UInt8]? {
        if case .blob(let value) = self { value } else { nil }
    }

    /// The truth value: false for 0, true for other whole numbers; `nil` if it is none.
    public var bool: Bool? { int.map { $0 != 0 } }
}

extension SQLValue: CustomStringConvertible {
    /// As one would write it in a statement; long ones are cut.
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

    /// Characters of a text that messages show.
    private static let shown = 80
}
