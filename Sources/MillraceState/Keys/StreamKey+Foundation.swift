public import struct Foundation.Date
public import struct Foundation.UUID
import typealias Foundation.uuid_t

// UUIDs and dates, as keys and as state.

extension UUID: StreamKey, StateValue {
    public typealias Remainder = UUID
    public static var stateSchema: String { "UUID" }
    public static var fixedWidth: Int? { 16 }
    public var frozenHash: UInt64 { withUnsafeBytes(of: uuid) { FrozenHash.bytes($0) } }
    /// Its 16 bytes, in their order.
    public func encode(into writer: inout ByteWriter) { withUnsafeBytes(of: uuid) { writer.write($0) } }
    public static func decode(from reader: inout ByteReader) throws -> UUID {
        UUID(uuid: try reader.readBytes(16).loadUnaligned(as: uuid_t.self))
    }
}

extension Date: StreamKey, StateValue {
    public typealias Remainder = Date
    public static var stateSchema: String { "Date" }
    public static var fixedWidth: Int? { 8 }
    public var frozenHash: UInt64 { FrozenHash.mix(storedBits) }
    /// Seconds since 2001-01-01, as `Double`.
    public func encode(into writer: inout ByteWriter) { writer.write(storedBits) }
    public static func decode(from reader: inout ByteReader) throws -> Date {
        Date(timeIntervalSinceReferenceDate: Double(bitPattern: try reader.read()))
    }

    /// Of the two zeros, which are equal, one.
    private var storedBits: UInt64 {
        let seconds = timeIntervalSinceReferenceDate
        return (seconds == 0 ? 0 : seconds).bitPattern
    }
}
