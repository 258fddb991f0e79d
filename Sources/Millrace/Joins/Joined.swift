/// A pair of joined records and their key. The type of a side that may be missing is optional; see ``JoinKind``.
///
/// ```swift
/// orders.joined(with: payments, on: \.id, equals: \.order)
///     .intervalJoin(from: .zero, through: .hours(1), kind: .left)             // Stream<Joined<Int, Order, Payment?>>
///     .filter { $0.right == nil }
///     .map { "order \($0.key) of \($0.left.customer) is not paid" }
/// ```
@frozen
public struct Joined<Key: Sendable, Left: Sendable, Right: Sendable>: Sendable {
    /// The key of both records.
    public var key: Key
    /// The record of the left stream.
    public var left: Left
    /// The record of the right stream.
    public var right: Right

    /// Creates a pair from its key and records.
    @inlinable
    public init(key: Key, left: Left, right: Right) {
        self.key = key
        self.left = left
        self.right = right
    }

    @inlinable
    init(_ key: Key, _ sides: (Left, Right)) { self.init(key: key, left: sides.0, right: sides.1) }
}

extension Joined: Equatable where Key: Equatable, Left: Equatable, Right: Equatable {}
extension Joined: Hashable where Key: Hashable, Left: Hashable, Right: Hashable {}
extension Joined: Encodable where Key: Encodable, Left: Encodable, Right: Encodable {}
extension Joined: Decodable where Key: Decodable, Left: Decodable, Right: Decodable {}

/// A pair of joined records in the result of a window join. The type of a side that may be missing is optional.
///
/// ```swift
/// people.joined(with: auctions, on: \.id, equals: \.seller).windowJoin(.tumbling(of: .seconds(10)))
///     .map { "\($0.window.start): \($0.value.left.name) offers \($0.value.right.id)" }
/// ```
@frozen
public struct JoinedPair<Left: Sendable, Right: Sendable>: Sendable {
    /// The record of the left stream.
    public var left: Left
    /// The record of the right stream.
    public var right: Right

    /// Creates a pair from its records.
    @inlinable
    public init(left: Left, right: Right) {
        self.left = left
        self.right = right
    }

    @inlinable
    init(_ sides: (Left, Right)) { self.init(left: sides.0, right: sides.1) }
}

extension JoinedPair: Equatable where Left: Equatable, Right: Equatable {}
extension JoinedPair: Hashable where Left: Hashable, Right: Hashable {}
extension JoinedPair: Encodable where Left: Encodable, Right: Encodable {}
extension JoinedPair: Decodable where Left: Decodable, Right: Decodable {}
