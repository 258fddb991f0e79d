/// Computes the `frozenHash` of a key that is made of several values.
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
/// Unlike `Hasher`, it gives the same result in every process and version: state folders depend on it. The result depends
/// on the order of the values. It does not withstand keys that are chosen to collide.
@frozen
public struct KeyHasher: Sendable {
    @usableFromInline var state: UInt64?

    /// Creates a hasher without values.
    @inlinable
    public init() { state = nil }

    /// Adds a value.
    ///
    /// - Parameter key: an integer, a string, or any other `StreamKey`.
    @inlinable
    public mutating func combine(_ key: some StreamKey) { combine(hash: key.frozenHash) }

    /// Adds bytes, such as those of an identifier in binary form.
    ///
    /// - Parameter bytes: the bytes; none is a value, too.
    @inlinable
    public mutating func combine(bytes: UnsafeRawBufferPointer) { combine(hash: FrozenHash.bytes(bytes)) }

    /// Returns the hash of the values added so far: of one value its own hash.
    @inlinable
    public func finalize() -> UInt64 { state ?? FrozenHash.mix(0) }

    /// Returns the hash of some values, in this order.
    ///
    /// - Parameter keys: the parts of the key.
    @inlinable
    public static func hash<each Key: StreamKey>(of keys: repeat each Key) -> UInt64 {
        var hasher = KeyHasher()
        for key in repeat each keys { hasher.combine(key) }
        return hasher.finalize()
    }

    @inlinable
    mutating func combine(hash: UInt64) { state = state.map { FrozenHash.combine($0, hash) } ?? hash }
}
