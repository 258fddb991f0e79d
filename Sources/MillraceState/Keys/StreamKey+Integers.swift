import MillraceTime

/// Nothing: the remainder of a key that its hash identifies.
///
/// ```swift
/// let account = 4711
/// let same = Int(hash: account.frozenHash, remainder: NoRemainder())       // 4711
/// ```
@frozen
public struct NoRemainder: Sendable, BitwiseCopyable {
    /// Nothing.
    @inlinable
    public init() {}
}

/// A key that fits 64 bits, so that its hash (a bijection of those bits) is all that is stored of it.
///
/// ```swift
/// struct AccountID: SmallStreamKey {
///     let number: Int
///     init(_ number: Int) { self.number = number }
///     init(keyBits: UInt64) { number = Int(keyBits: keyBits) }
///     var keyBits: UInt64 { number.keyBits }
/// }
/// payments.keyed { AccountID($0.account) }.aggregate(Count())
/// ```
public protocol SmallStreamKey: StreamKey where Remainder == NoRemainder {
    /// The key's bits.
    var keyBits: UInt64 { get }
    /// The key of these bits, which came from `keyBits`.
    init(keyBits: UInt64)
}

extension SmallStreamKey {
    @inlinable
    public static var hashIsUnique: Bool { true }
    @inlinable
    public var frozenHash: UInt64 { FrozenHash.mix(keyBits) }
    @inlinable
    public var remainder: NoRemainder { NoRemainder() }
    @inlinable
    public init(hash: UInt64, remainder: NoRemainder) { self.init(keyBits: FrozenHash.unmix(hash)) }
    @inlinable
    public func matches(_ remainder: NoRemainder) -> Bool { true }
    public static var keySchema: String { "\(Self.self)" }
    @inlinable
    public static var remainderWidth: Int? { 0 }
    @inlinable
    public static func encodeRemainder(_ remainder: NoRemainder, into writer: inout ByteWriter) {}
    @inlinable
    public static func decodeRemainder(from reader: inout ByteReader) throws -> NoRemainder { NoRemainder() }
}

extension SmallStreamKey where Self: FixedWidthInteger {
    @inlinable
    public var keyBits: UInt64 { UInt64(truncatingIfNeeded: self) }
    @inlinable
    public init(keyBits: UInt64) { self.init(truncatingIfNeeded: keyBits) }
}

extension Int: SmallStreamKey {}
extension Int8: SmallStreamKey {}
extension Int16: SmallStreamKey {}
extension Int32: SmallStreamKey {}
extension Int64: SmallStreamKey {}
extension UInt: SmallStreamKey {}
extension UInt8: SmallStreamKey {}
extension UInt16: SmallStreamKey {}
extension UInt32: SmallStreamKey {}
extension UInt64: SmallStreamKey {}

extension Bool: SmallStreamKey {
    @inlinable
    public var keyBits: UInt64 { self ? 1 : 0 }
    @inlinable
    public init(keyBits: UInt64) { self = keyBits != 0 }
}

extension Timestamp: SmallStreamKey {
    @inlinable
    public var keyBits: UInt64 { UInt64(bitPattern: milliseconds) }
    @inlinable
    public init(keyBits: UInt64) { self.init(milliseconds: Int64(bitPattern: keyBits)) }
}
