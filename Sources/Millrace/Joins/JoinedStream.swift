/// Two streams brought together by key, waiting to be told how their records find each other.
public struct JoinedStream<Key: StreamKey, Left: Sendable, Right: Sendable> {
    /// The records of both, by key: for a process function of your own.
    public let keyed: KeyedStream<Key, Either<Left, Right>>

    @usableFromInline
    init(keyed: KeyedStream<Key, Either<Left, Right>>) { self.keyed = keyed }
}

extension Stream {
    /// Brings this stream and another together by key.
    ///
    /// ```swift
    /// orders.joined(with: payments, on: \.id, equals: \.order)
    ///     .intervalJoin(from: .zero, through: .minutes(10))           // Stream<Joined<OrderID, Order, Payment>>
    /// ```
    ///
    /// Say next how records find each other: within a window (`windowJoin`), within an interval of each other
    /// (`intervalJoin`), by what the other stream said last (`streamTableJoin`, `tableJoin`), or said at the record's time
    /// (`temporalJoin`), or any of them (`regularJoin`).
    @inlinable
    public func joined<Other: Sendable, Key: StreamKey>(
        with other: Stream<Other>, on key: @escaping @Sendable (Record) -> Key,
        equals otherKey: @escaping @Sendable (Other) -> Key
    ) -> JoinedStream<Key, Record, Other> {
        let left = map { Either<Record, Other>.left($0) }
        let right = other.map { Either<Record, Other>.right($0) }
        return JoinedStream(
            keyed: left.merge(with: [right]).keyed { record in
                switch record {
                case .left(let record): key(record)
                case .right(let record): otherKey(record)
                }
            })
    }
}

/// Which records without a partner a join gives.
public enum JoinKind: Sendable, Hashable {
    /// None.
    case inner
    /// Those of the left side.
    case left
    /// Those of the right side.
    case right
    /// Those of both.
    case outer

    @usableFromInline var keepsLeft: Bool { self == .left || self == .outer }
    @usableFromInline var keepsRight: Bool { self == .right || self == .outer }
}

/// Two records that found each other; one is missing where an outer join found no partner.
@frozen
public struct Joined<Key: Sendable, Left: Sendable, Right: Sendable>: Sendable {
    /// The key of both.
    public var key: Key
    /// Of the left stream.
    public var left: Left?
    /// Of the right stream.
    public var right: Right?

    /// All three.
    @inlinable
    public init(key: Key, left: Left?, right: Right?) {
        self.key = key
        self.left = left
        self.right = right
    }
}

extension Joined: Equatable where Key: Equatable, Left: Equatable, Right: Equatable {}
extension Joined: Hashable where Key: Hashable, Left: Hashable, Right: Hashable {}
extension Joined: Encodable where Key: Encodable, Left: Encodable, Right: Encodable {}
