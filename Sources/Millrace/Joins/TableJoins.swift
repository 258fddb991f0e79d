extension JoinedStream where Left: Sendable, Right: StateValue {
    /// Joins each record of the left stream with the last one of the right stream that has its key: the right stream keeps
    /// a table up to date.
    ///
    /// ```swift
    /// orders.joined(with: customerChanges, on: \.customer, equals: \.id)
    ///     .streamTableJoin(kind: .left, deleting: { $0.isDeleted })
    /// ```
    ///
    /// What a record finds depends on the order in which the streams come together: for results that do not, use `temporalJoin`.
    ///
    /// - Parameters:
    ///   - kind: `.left` gives records without a table entry as well; `.inner` does not.
    ///   - deleting: whether a record of the right stream takes its key out of the table.
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
    /// Joins two tables: each stream says what is the last of its key, and each change of either gives the pair as it is
    /// now.
    ///
    /// - Parameters:
    ///   - kind: which pairs with one side missing are emitted. Default: none. Both sides of a result are optional for
    ///     every
    ///     kind: a pair that a deletion ends is emitted once more without the deleted side.
    ///   - deletingLeft: whether a record of the left side removes its key's row. Default: none does.
    ///   - deletingRight: whether a record of the right side removes its key's row. Default: none does.
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

    /// Joins each record of the left stream with the version of the right stream's that was valid at its time: the one
    /// with the greatest time that is not after the record's.
    ///
    /// ```swift
    /// trades.joined(with: rates, on: \.currency, equals: \.currency).temporalJoin(kind: .left)
    /// ```
    ///
    /// Left records wait until the watermark has reached their time, so that the result does not depend on how the streams
    /// come together. Versions that no record can ask for any more are forgotten. A record at or before the watermark is
    /// late: a left one goes to `late` and is counted, as the version of its time may be forgotten; a right one still counts
    /// for records to come.
    ///
    /// - Parameters:
    ///   - kind: `.left` gives records for whose time there is no version as well; `.inner` does not.
    ///   - deleting: whether a record of the right stream says that there is no version from its time on.
    ///   - late: where late left records go.
    @inlinable
    public func temporalJoin<JoinedRight>(
        kind: JoinKind<Left, Right, Left, JoinedRight>,
        deleting: @escaping @Sendable (Right) -> Bool = { _ in false }, late: SideOutput<Left>? = nil
    ) -> Stream<Joined<Key, Left, JoinedRight>> {
        keyed.process { states in
            let late = late.map { states.sideOutput($0) }
            let waiting = states.list("waiting", of: JoinEntry<Left>.self)
            let versions = states.list("versions", of: JoinEntry<Right>.self)
            /// Versions by time; of equal times the one that came last counts.
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
                // Where a version was deleted there is an entry that says so.
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
                        // So that versions that nobody asks for are forgotten too.
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
                        // A deletion that nothing lies before says nothing.
                        let first = all[valid].isMatched ? valid + 1 : valid
                        if first > 0 { try versions.set(Array(all[first...])) }
                    }
                })
        }
    }
}

/// Which pairs with one side missing a join of two tables emits.
public enum TableJoinKind: Sendable, Hashable {
    /// None.
    case inner
    /// Those with a left side.
    case left
    /// Those with a right side.
    case right
    /// Those with either.
    case outer

    @usableFromInline var keepsLeft: Bool { self == .left || self == .outer }
    @usableFromInline var keepsRight: Bool { self == .right || self == .outer }
}
