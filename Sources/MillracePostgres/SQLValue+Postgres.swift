import MillraceSQL
import MillraceLibPQ

extension SQLValue {
    /// Why PostgreSQL cannot store the value; `nil` if it can.
    var objection: String? {
        if case .text(let text) = self, text.utf8.contains(0) { return "PostgreSQL cannot store NUL bytes in texts" }
        return nil
    }

    /// The value in the server's text format; `nil` for `NULL`.
    var postgresText: String? {
        switch self {
        case .null: return nil
        case .integer(let value): return String(value)
        case .real(let value):
            if value.isNaN { return "NaN" }
            return value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : String(value)
        case .text(let value): return value
        case .blob(let value): return "\\x" + value.map(Self.digits).joined()
        }
    }

    private static func digits(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }

    /// Creates a value from the server's text and the OID of its type.
    init(_ text: UnsafeBufferPointer<UInt8>, type: UInt32) {
        let string = String(decoding: text, as: UTF8.self)
        switch type {
        case Self.bool: self = .integer(string == "t" ? 1 : 0)
        case Self.int2, Self.int4, Self.int8, Self.oid: self = Int64(string).map(SQLValue.integer) ?? .text(string)
        case Self.float4, Self.float8: self = Double(string).map(SQLValue.real) ?? .text(string)
        case Self.bytea: self = .blob(PostgresConnection.bytes(fromText: text))
        default: self = .text(string)
        }
    }

    // The OIDs of built-in types, which are the same on all servers (pg_type.dat).
    private static let bool: UInt32 = 16
    private static let bytea: UInt32 = 17
    private static let int8: UInt32 = 20
    private static let int2: UInt32 = 21
    private static let int4: UInt32 = 23
    private static let oid: UInt32 = 26
    private static let float4: UInt32 = 700
    private static let float8: UInt32 = 701
}
