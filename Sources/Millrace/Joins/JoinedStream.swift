/// Two streams partitioned by the same key, to be joined.
///
/// Created with ``Stream/joined(with:on:equals:)``. Each of its methods is a kind of join:
///
/// - `windowJoin`: records in the same window.
/// - `intervalJoin`: records whose times are within an interval of each other.
/// - `streamTableJoin`: each left record with the latest right record.
/// - `tableJoin`: the latest records of both sides, whenever either changes.
/// - `temporalJoin`: each left record with the right record that was valid at its time.
/// - `regularJoin`: all records of both sides.
///
/// ```swift
/// let paid = orders.joined(with: payments, on: \.id, equals: \.order)         // JoinedStream<Int, Order, Payment>
/// paid.intervalJoin(from: .zero, through: .hours(1)).filter { $0.right.amount < $0.left.total }
/// ```
public struct JoinedStream<Key: StreamKey, Left: Sendable, Right: Sendable> {
    /// The records of both streams, partitioned by key; for a process function of your own.
    ///
    /// ```swift
    /// orders.joined(with: payments, on: \.id, equals: \.order).keyed.process(to: Payment.self) { states in
    ///     let ordered = states.value("ordered", of: Order.self)
    ///     return ProcessFunction(onRecord: { record, context in
    ///         switch record {
    ///         case .left(let order): try ordered.set(order)
    ///         case .right(let payment): if try ordered.get() == nil { try context.emit(payment) }
    ///         }
    ///     })
    /// }
    /// ```
    public let keyed: KeyedStream<Key, Either<Left, Right>>

    @usableFromInline
    init(keyed: KeyedStream<Key, Either<Left, Right>>) { self.keyed = keyed }
}

extension Stream {
    /// Partitions this stream and another by the same key, to join them.
    ///
    /// ```swift
    /// orders.joined(with: payments, on: \.id, equals: \.order)
    ///     .intervalJoin(from: .zero, through: .minutes(10))           // Stream<Joined<OrderID, Order, Payment>>
    /// ```
    ///
    /// This stream is the left side of the join, the other one the right side.
    ///
    /// - Parameters:
    ///   - other: the stream to join with.
    ///   - key: returns the key of a record of this stream.
    ///   - otherKey: returns the key of a record of the other stream.
    /// - Returns: the two streams; call one of the joins of ``JoinedStream`` on it.
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
