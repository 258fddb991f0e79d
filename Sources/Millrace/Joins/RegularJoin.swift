extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins every record with every one of the other stream that has its key, whenever they come.
    ///
    /// ```swift
    /// auctions.joined(with: people, on: \.seller, equals: \.id).regularJoin()
    /// ```
    ///
    /// Keeps all records of both streams for ever: for streams that end, or that are small. A pair is given once, when its
    /// second record comes.
    ///
    /// Restart: as if there had been none.
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
