/// A type that streams can be keyed by.
///
/// Integers, `String`, `Bool`, `Timestamp`, `Pair` and raw-valued enums of these conform. For a struct of your own,
/// conform it to `StateValue` and give it a `frozenHash` made with `KeyHasher`:
///
/// ```swift
/// struct Route: StreamKey, StateValue {
///     var from: String, to: String
///     var frozenHash: UInt64 { KeyHasher.hash(of: from, to) }
///     static var stateSchema: String { "Route/1" }
///     func encode(into writer: inout ByteWriter) { writer.write(from); writer.write(to) }
///     static func decode(from reader: inout ByteReader) throws -> Route {
///         try Route(from: reader.readString(), to: reader.readString())
///     }
/// }
/// ```
///
/// The hash has to be the same for ever (state folders depend on it): `Hashable`'s, which changes with every process,
/// is not used.
public protocol StreamKey: Hashable, Sendable {
    /// What is needed beside the hash to have the key again: nothing for integers, whose hash is a bijection.
    associatedtype Remainder: Sendable
    /// Whether two keys with the same hash are always equal.
    static var hashIsUnique: Bool { get }
    /// The key's frozen hash; has to spread well over all 64 bits.
    var frozenHash: UInt64 { get }
    /// What the hash does not say.
    var remainder: Remainder { get }
    /// The key again.
    init(hash: UInt64, remainder: Remainder)
    /// Whether a key of the same hash has this remainder.
    func matches(_ remainder: Remainder) -> Bool
    /// Names the stored form of the key.
    static var keySchema: String { get }
    /// Encoded bytes of a remainder if always the same.
    static var remainderWidth: Int? { get }
    /// Writes a remainder.
    static func encodeRemainder(_ remainder: Remainder, into writer: inout ByteWriter)
    /// Reads a remainder.
    static func decodeRemainder(from reader: inout ByteReader) throws -> Remainder
}

extension StreamKey where Self: StateValue, Remainder == Self {
    @inlinable
    public static var hashIsUnique: Bool { false }
    @inlinable
    public var remainder: Self { self }
    @inlinable
    public init(hash: UInt64, remainder: Self) { self = remainder }
    @inlinable
    public func matches(_ remainder: Self) -> Bool { self == remainder }
    public static var keySchema: String { stateSchema }
    @inlinable
    public static var remainderWidth: Int? { fixedWidth }
    @inlinable
    public static func encodeRemainder(_ remainder: Self, into writer: inout ByteWriter) {
        remainder.encode(into: &writer)
    }
    @inlinable
    public static func decodeRemainder(from reader: inout ByteReader) throws -> Self { try decode(from: &reader) }
}

extension String: StreamKey {
    public typealias Remainder = String
    @inlinable
    public var frozenHash: UInt64 { FrozenHash.string(self) }
}

/// Two keys as one: `.keyed { Pair($0.country, $0.product) }`.
///
/// ```swift
/// orders.keyed { Pair($0.country, $0.customer) }.aggregate(Count())
///     .forEach { print($0.key.first, $0.key.second, $0.value) }
/// ```
@frozen
public struct Pair<First: StreamKey & StateValue, Second: StreamKey & StateValue>: StreamKey, StateValue {
    /// The first part.
    public var first: First
    /// The second part.
    public var second: Second
    public typealias Remainder = Pair<First, Second>

    /// A key of two parts.
    @inlinable
    public init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    @inlinable
    public var frozenHash: UInt64 { FrozenHash.combine(first.frozenHash, second.frozenHash) }
    public static var stateSchema: String { "Pair<\(First.stateSchema), \(Second.stateSchema)>" }
    @inlinable
    public static var fixedWidth: Int? {
        guard let first = First.fixedWidth, let second = Second.fixedWidth else { return nil }
        return first + second
    }
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        first.encode(into: &writer)
        second.encode(into: &writer)
    }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Self {
        let first = try First.decode(from: &reader)
        return Pair(first, try Second.decode(from: &reader))
    }
}
