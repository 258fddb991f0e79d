import Foundation
import MillraceTime

/// Writes scalars in generic code: elements of arrays, wrapped values and other types. Only frequent types are compared
/// here; the others encode themselves through a single-value container, to the same bytes.
enum StateScalarCast {
    /// Writes `value` if its type is one of the frequent scalars. Returns false otherwise.
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

    /// The caller has checked that `T` is `S`; the cast only informs the compiler.
    @inline(__always)
    private static func write<T, S: StateScalar>(_ value: T, as type: S.Type, into writer: inout ByteWriter) -> Bool {
        unsafeBitCast(value, to: S.self).writeTagged(into: &writer)
        return true
    }
}
