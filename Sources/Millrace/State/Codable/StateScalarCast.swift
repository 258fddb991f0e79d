import Foundation

/// Generic code that meets a scalar: a `Codable` type calls the generic `encode` and `decode` for elements of arrays,
/// for wrapped values and for types of its own. The ones worth the comparison are taken aside here; the others encode
/// themselves through a single-value container, to the same bytes.
enum StateScalarCast {
    /// Writes `value` if its type is one of those; false if not.
    static func write<T>(_ value: T, into writer: inout ByteWriter) -> Bool {
        if T.self == Int.self { return write(value, as: Int.self, into: &writer) }
        if T.self == String.self { return write(value, as: String.self, into: &writer) }
        if T.self == Double.self { return write(value, as: Double.self, into: &writer) }
        if T.self == Timestamp.self { return write(value, as: Timestamp.self, into: &writer) }
        if T.self == Int64.self { return write(value, as: Int64.self, into: &writer) }
        if T.self == Int32.self { return write(value, as: Int32.self, into: &writer) }
        if T.self == Float.self { return write(value, as: Float.self, into: &writer) }
        if T.self == Bool.self { return write(value, as: Bool.self, into: &writer) }
        if T.self == UUID.self { return write(value, as: UUID.self, into: &writer) }
        if T.self == Data.self { return write(value, as: Data.self, into: &writer) }
        if T.self == [UInt8].self { return write(value, as: [UInt8].self, into: &writer) }
        return false
    }

    /// Reads the value at `offset` if `T` is one of those and such a value stands there.
    static func read<T>(_ type: T.Type, _ bytes: StateBytes, at offset: Int) throws(StateDecodingError) -> T? {
        if T.self == Int.self { return try read(type, as: Int.self, bytes, offset) }
        if T.self == String.self { return try read(type, as: String.self, bytes, offset) }
        if T.self == Double.self { return try read(type, as: Double.self, bytes, offset) }
        if T.self == Timestamp.self { return try read(type, as: Timestamp.self, bytes, offset) }
        if T.self == Int64.self { return try read(type, as: Int64.self, bytes, offset) }
        if T.self == Int32.self { return try read(type, as: Int32.self, bytes, offset) }
        if T.self == Float.self { return try read(type, as: Float.self, bytes, offset) }
        if T.self == Bool.self { return try read(type, as: Bool.self, bytes, offset) }
        if T.self == UUID.self { return try read(type, as: UUID.self, bytes, offset) }
        if T.self == Data.self { return try read(type, as: Data.self, bytes, offset) }
        if T.self == [UInt8].self { return try read(type, as: [UInt8].self, bytes, offset) }
        return nil
    }

    // `T` is `S`, as the caller has found out: the cast only tells the compiler.

    @inline(__always)
    private static func write<T, S: StateScalar>(_ value: T, as type: S.Type, into writer: inout ByteWriter) -> Bool {
        unsafeBitCast(value, to: S.self).writeTagged(into: &writer)
        return true
    }

    @inline(__always)
    private static func read<T, S: StateScalar>(
        _ type: T.Type, as scalar: S.Type, _ bytes: StateBytes, _ offset: Int
    ) throws(StateDecodingError) -> T? {
        guard let value = try S.read(bytes, at: offset) else { return nil }
        return unsafeBitCast(value, to: T.self)
    }
}
