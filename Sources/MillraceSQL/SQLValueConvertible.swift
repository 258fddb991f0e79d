public import Millrace

/// A type whose values can be stored in a row of a table.
///
/// ```swift
/// extension Currency: SQLValueConvertible {
///     var sqlValue: SQLValue { .text(code) }
/// }
/// ```
public protocol SQLValueConvertible {
    /// The database value.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLValueConvertible {
    public var sqlValue: SQLValue { self }
}

extension SQLValueConvertible where Self: BinaryInteger {
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int: SQLValueConvertible {}
extension Int8: SQLValueConvertible {}
extension Int16: SQLValueConvertible {}
extension Int32: SQLValueConvertible {}
extension Int64: SQLValueConvertible {}
extension UInt8: SQLValueConvertible {}
extension UInt16: SQLValueConvertible {}
extension UInt32: SQLValueConvertible {}

extension Double: SQLValueConvertible {
    public var sqlValue: SQLValue { .real(self) }
}

extension Float: SQLValueConvertible {
    public var sqlValue: SQLValue { .real(Double(self)) }
}

extension Bool: SQLValueConvertible {
    /// 1 or 0, which a `boolean` column accepts too.
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension String: SQLValueConvertible {
    public var sqlValue: SQLValue { .text(self) }
}

extension Substring: SQLValueConvertible {
    public var sqlValue: SQLValue { .text(String(self)) }
}

extension [UInt8]: SQLValueConvertible {
    public var sqlValue: SQLValue { .blob(self) }
}

extension Timestamp: SQLValueConvertible {
    /// The milliseconds since 1970 as an integer.
    public var sqlValue: SQLValue { .integer(milliseconds) }
}

extension Optional: SQLValueConvertible where Wrapped: SQLValueConvertible {
    /// The wrapped value's database value, or `NULL` for `nil`.
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
