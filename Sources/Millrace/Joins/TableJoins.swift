extension JoinedStream where Left: Sendable, Right: StateValue {
    /// Joins each left record with the latest right record of its key: the right stream updates a table.
    ///
    /// ```swift
    /// orders.joined(with: customerChanges, on: \.customer, equals: \.id)
    ///     .streamTableJoin(kind: .left, deleting: { $0.isDeleted })
    /// ```
    ///
    /// The table entry that a record finds depends on the order in which records of the two streams are processed. For
    /// results that are independent of that order, use `temporalJoin`.
    ///
    /// Restart: the table is restored from the checkpoint, and each left record is joined exactly once.
    ///
    /// - Parameters:
    ///   - kind: with `.left`, left records without a table entry are emitted too; with `.inner` they are not.
    ///   - deleting: returns whether a right record deletes its key from the table. Default: none does.
    /// - Returns: a stream of joined pairs, each with the time of its left record.
    @inlinable
    public func streamTableJoin<JoinedRight>(
        kind: JoinKind<Left, Right, Left, JoinedRight>,
        deleting: @escaping @Sendable (Right) -> Bool = { _ in false }
    ) -> Stream<Joined<Key, Left, JoinedRight>> {
        keyed.process { states in
            let table = states.value("table", of: Right.self)
            return ProcessFunction(onRecord: { record, context in
                switch record {
                case .right(let change):
                    if deleting(change) { try table.clear() } else { try table.set(change) }
                case .left(let record):
                    if let entry = try table.get() {
                        try context.emit(Joined(context.key, kind.matched(record, entry)))
                    } else if let onlyLeft = kind.onlyLeft {
                        try context.emit(Joined(context.key, onlyLeft(record)))
                    }
                }
            })
        }
    }
}

extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins two tables: each stream updates one of them, and each change of either emits the current pair of its key.
    ///
    /// ```swift
    /// countries.joined(with: limits, on: \.code, equals: \.country)
    ///     .tableJoin(kind: .left, deletingRight: { $0.amount == 0 })              // Joined<String, Country?, Limit?>
    ///     .map { "\($0.left?.name ?? $0.key): \($0.right?.amount ?? .infinity)" }
    /// ```
    ///
    /// Restart: the tables are restored from the checkpoint, and each change is applied exactly once.
    ///
    /// - Parameters:
    ///   - kind: which pairs with a missing side are emitted. Default: none. Both sides of a result are optional for
    ///     every kind, because a pair that a deletion ends is emitted once more, without the deleted side.
    ///   - deletingLeft: returns whether a left record deletes its key from the left table. Default: none does.
    ///   - deletingRight: returns whether a right record deletes its key from the right table. Default: none does.
    /// - Returns: a stream of pairs, each with the time of the change.
    @inlinable
    public func tableJoin(
        kind: TableJoinKind = .inner, deletingLeft: @escaping @Sendable (Left) -> Bool = { _ in false },
        deletingRight: @escaping @Sendable (Right) -> Bool = { _ in false }
    ) -> Stream<Joined<Key, Left?, Right?>> {
        keyed.process { states in
            let (left, right) = (states.value("left", of: Left.self), states.value("right", of: Right.self))
            return ProcessFunction(onRecord: { record, context in
                let before = (left: try left.get(), right: try right.get())
                switch record {
                case .left(let change):
                    if deletingLeft(change) { try left.clear() } else { try left.set(change) }
                case .right(let change):
                    if deletingRight(change) { try right.clear() } else { try right.set(change) }
                }
                let now = (left: try left.get(), right: try right.get())
                func isGiven(_ pair: (left: Left?, right: Right?)) -> Bool {
                    switch (pair.left != nil, pair.right != nil) {
                    case (true, true): true
                    case (true, false): kind.keepsLeft
                    case (false, true): kind.keepsRight
                    case (false, false): false
                    }
                }
                if isGiven(now) || isGiven(before) {
                    try context.emit(Joined(key: context.key, left: now.left, right: now.right))
                }
            })
        }
    }

    /// Joins each left record with the version of the right stream that was valid at its time: the right record of its
    /// key with the greatest time that is not after its own.
    ///
    /// ```swift
    /// trades.joined(with: rates, on: \.currency, equals: \.currency).temporalJoin(kind: .left)
    /// ```
    ///
    /// Left records wait until the watermark has reached their time, so the result does not depend on the order in
    /// which records of the two streams are processed. Versions that no further left record can need are removed.
    ///
    /// A left record whose time is at or before the watermark is late, because its version may have been removed: it is
    /// not joined, but counted in ``PipelineStatus/late`` and sent to `late`. A late right record still counts for
    /// later left records.
    ///
    /// Restart: waiting records and versions are restored from the checkpoint, and each left record is joined exactly
    /// once.
    ///
    /// - Parameters:
    ///   - kind: with `.left`, left records without a valid version are emitted too; with `.inner` they are not.
    ///   - deleting: returns whether a right record deletes its key, so that there is no version from its time on.
    ///     Default: none does.
    ///   - late: the side output for late left records. Default: they are only counted.
    /// - Returns: a stream of joined pairs, each with the time of its left record.
    @inlinable
    public func temporalJoin<JoinedRight>(
        kind: JoinKind<Left, Right, Left, JoinedRight>,
        deleting: @escaping @Sendable (Right) -> Bool = { _ in false }, late: SideOutput<Left>? = nil
    ) -> Stream<Joined<Key, Left, JoinedRight>> {
        keyed.process { states in
            let late = late.map { states.sideOutput($0) }
            let waiting = states.list("waiting", of: JoinEntry<Left>.self)
            let versions = states.list("versions", of: JoinEntry<Right>.self)
            /// Inserts a version in the order of times; of equal times, the one processed last replaces the other.
            func insert(_ version: JoinEntry<Right>) throws {
                var all = try versions.get()
                let place = all.lastIndex { $0.time <= version.time }.map { $0 + 1 } ?? 0
                if place > 0, all[place - 1].time == version.time {
                    all[place - 1] = version
                } else {
                    all.insert(version, at: place)
                }
                try versions.set(all)
            }
            func join(
                _ entry: JoinEntry<Left>, _ all: [JoinEntry<Right>],
                _ context: ProcessContext<Key, Joined<Key, Left, JoinedRight>>
            ) throws {
                // A deletion is kept as an entry with `isMatched` set.
                let valid = all.last { $0.time <= entry.time }.flatMap { $0.isMatched ? nil : $0 }
                if let valid {
                    try context.emit(Joined(context.key, kind.matched(entry.record, valid.record)))
                } else if let onlyLeft = kind.onlyLeft {
                    try context.emit(Joined(context.key, onlyLeft(entry.record)))
                }
            }
            return ProcessFunction(
                onRecord: { record, context in
                    let time = context.time
                    switch record {
                    case .right(let version):
                        try insert(
                            JoinEntry(time: time.milliseconds, record: version, isMatched: deleting(version)))
                        // So that versions are removed even if no left record arrives.
                        try context.setTimer(.event(time))
                    case .left(let record):
                        let entry = JoinEntry(time: time.milliseconds, record: record, isMatched: false)
                        guard time > context.watermark else {
                            context.countLate()
                            try late?.emit(record)
                            return
                        }
                        try waiting.append(entry)
                        try context.setTimer(.event(time))
                    }
                },
                onTimer: { timer, context in
                    let now = timer.time.milliseconds
                    let all = try versions.get()
                    let entries = try waiting.get()
                    for entry in entries where entry.time <= now { try join(entry, all, context) }
                    if entries.contains(where: { $0.time <= now }) {
                        try waiting.set(entries.filter { $0.time > now })
                    }
                    if let valid = all.lastIndex(where: { $0.time <= now }) {
                        // A deletion without an earlier version has no effect.
                        let first = all[valid].isMatched ? valid + 1 : valid
                        if first > 0 { try versions.set(Array(all[first...])) }
                    }
                })
        }
    }
}

/// Which pairs with a missing side a join of two tables emits.
///
/// ```swift
/// countries.joined(with: limits, on: \.code, equals: \.country)
///     .tableJoin(kind: .left)                                                 // also countries without a limit
/// ```
public enum TableJoinKind: Sendable, Hashable {
    /// Pairs with both sides only.
    case inner
    /// Also pairs without a right side.
    case left
    /// Also pairs without a left side.
    case right
    /// Also pairs without either side.
    case outer

    @usableFromInline var keepsLeft: Bool { self == .left || self == .outer }
    @usableFromInline var keepsRight: Bool { self == .right || self == .outer }
}
