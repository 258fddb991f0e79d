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
