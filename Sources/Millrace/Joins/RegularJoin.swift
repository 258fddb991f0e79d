extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins each record with all records of the other stream that have the same key, independent of time.
    ///
    /// ```swift
    /// auctions.joined(with: people, on: \.seller, equals: \.id).regularJoin()
    /// ```
    ///
    /// A pair is emitted once, when its second record is processed, with the time of that record. All records of both
    /// streams are kept in state permanently, so use it for streams that end or are small.
    ///
    /// Restart: each pair is emitted exactly once.
    ///
    /// - Returns: a stream of joined pairs.
    @inlinable
    public func regularJoin() -> Stream<Joined<Key, Left, Right>> {
        keyed.process { states in
            let (lefts, rights) = (states.list("left", of: Left.self), states.list("right", of: Right.self))
            return ProcessFunction(onRecord: { record, context in
                switch record {
                case .left(let left):
                    for right in try rights.get() {
                        try context.emit(Joined(key: context.key, left: left, right: right))
                    }
                    try lefts.append(left)
                case .right(let right):
                    for left in try lefts.get() {
                        try context.emit(Joined(key: context.key, left: left, right: right))
                    }
                    try rights.append(right)
                }
            })
        }
    }
}
