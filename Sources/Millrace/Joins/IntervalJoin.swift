extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins each left record with the right records whose time is from `lower` through `upper` after its own.
    ///
    /// ```swift
    /// orders.joined(with: payments, on: \.id, equals: \.order).intervalJoin(from: .minutes(-1), through: .minutes(10))
    /// ```
    ///
    /// A pair is emitted when its second record is processed, with the later of the two times. If `kind` asks for
    /// unmatched records, such a record is emitted once the watermark excludes further partners, with that time: for a
    /// left record its time plus `upper`, for a right record its time minus `lower`, but never earlier than its own
    /// time.
    ///
    /// A record whose time is at or before the watermark is late: it is not joined, but counted in
    /// ``PipelineStatus/late`` and sent to `late`.
    ///
    /// Records are kept in state, in slices of time, while a partner may arrive. If `kind` asks for unmatched records,
    /// their keys and times are kept in memory in addition.
    ///
    /// Restart: each record is joined exactly once. If `lower` is after `upper`, `run` throws a ``ConfigurationError``.
    ///
    /// - Parameters:
    ///   - lower: the least distance from the time of a left record to that of a right one; may be negative.
    ///   - upper: the greatest distance, included.
    ///   - kind: which unmatched records are emitted, and so which sides of the results are optional.
    ///   - late: the side output for late records. Default: they are only counted.
    /// - Returns: a stream of joined pairs.
    @inlinable
    public func intervalJoin<JoinedLeft, JoinedRight>(
        from lower: Duration, through upper: Duration,
        kind: JoinKind<Left, Right, JoinedLeft, JoinedRight>, late: SideOutput<Either<Left, Right>>? = nil
    ) -> Stream<Joined<Key, JoinedLeft, JoinedRight>> {
        let keyOf = keyed.node.key
        let bounds = (lower.wholeMilliseconds, upper.wholeMilliseconds)
        let result: Stream<Joined<Key, JoinedLeft, JoinedRight>> = keyed.attach(
            "interval join", detail: "\(lower) to \(upper), \(kind)"
        ) { context, node, next in
            let join = IntervalJoinInstance<Key, Left, Right, JoinedLeft, JoinedRight>(
                lower: bounds.0, upper: bounds.1, kind, context: context, node: node, next: next,
                late: late?.push(in: context))
            context.register(join, of: node)
            return BatchHandler { batch in try join.work(on: batch, keyOf) }
        }
        let node = result.node.producer
        node.refuse(
            GraphProblem.unmet(
                (
                    lower <= upper, "an interval from \(lower) to \(upper) holds nothing",
                    "Give the earlier bound as from:, the later one as through:"
                )))
        node.addMeaning("an interval from \(lower) to \(upper), \(kind)")
        node.addState("left", key: Key.self, value: [JoinEntry<Left>].self)
        node.addState("right", key: Key.self, value: [JoinEntry<Right>].self)
        late?.link(from: node)
        return result
    }
}

/// A record that is kept for joining.
@frozen
@usableFromInline
struct JoinEntry<Record: StateValue>: StateValue {
    @usableFromInline let time: Int64
    @usableFromInline let record: Record
    @usableFromInline var isMatched: Bool

    @inlinable
    init(time: Int64, record: Record, isMatched: Bool) {
        self.time = time
        self.record = record
        self.isMatched = isMatched
    }

    @usableFromInline
    static var stateSchema: String { "JoinEntry<\(Record.stateSchema)>" }
    @inlinable
    func encode(into writer: inout ByteWriter) {
        writer.write(time)
        isMatched.encode(into: &writer)
        record.encode(into: &writer)
    }
    @inlinable
    static func decode(from reader: inout ByteReader) throws -> JoinEntry {
        let time = try reader.read(Int64.self)
        let isMatched = try Bool.decode(from: &reader)
        return JoinEntry(time: time, record: try Record.decode(from: &reader), isMatched: isMatched)
    }
}

/// An interval join in one task: the records of both sides in slices of time.
@usableFromInline
final class IntervalJoinInstance<
    Key: StreamKey, Left: StateValue, Right: StateValue, JoinedLeft: Sendable, JoinedRight: Sendable
>: OperatorInstance {
    @usableFromInline typealias Output = Joined<Key, JoinedLeft, JoinedRight>

    /// Bounds of the time of a right record minus the time of a left one, in milliseconds.
    @usableFromInline let lower: Int64
    @usableFromInline let upper: Int64
    @usableFromInline let kind: JoinKind<Left, Right, JoinedLeft, JoinedRight>
    @usableFromInline let context: TaskContext
    @usableFromInline let results: PushBuffer<Output>
    @usableFromInline let late: Push<Either<Left, Right>>?
    @usableFromInline let left: SliceTables<Key, [JoinEntry<Left>]>
    @usableFromInline let right: SliceTables<Key, [JoinEntry<Right>]>
    @usableFromInline let slice: Int64
    /// Unmatched records that are emitted when their time has come, if `kind` asks for it. They may have been matched
    /// since; this is checked then. Rebuilt from the tables at start.
    @usableFromInline var waitingLeft = TimerHeap<Key>()
    @usableFromInline var waitingRight = TimerHeap<Key>()
    @usableFromInline var hasLoaded = false

    @inlinable
    init(
        lower: Int64, upper: Int64, _ kind: JoinKind<Left, Right, JoinedLeft, JoinedRight>, context: TaskContext,
        node: OperatorNode,
        next: Push<Output>, late: Push<Either<Left, Right>>?
    ) {
        self.lower = lower
        self.upper = upper
        self.kind = kind
        self.context = context
        results = PushBuffer(next)
        self.late = late
        left = SliceTables(context, node, "left")
        right = SliceTables(context, node, "right")
        // Few enough slices for fast look-ups, enough of them to remove old records early.
        slice = max((upper &- lower) / 8, 1000)
    }

    @inlinable
    func sliceEnd(of time: Int64) -> Int64 {
        let rest = time % slice
        let (end, overflow) = time.addingReportingOverflow(rest < 0 ? 0 &- rest : slice &- rest)
        return overflow ? .max : end
    }

    @inlinable
    func sum(_ time: Int64, _ distance: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(distance)
        return overflow ? (distance > 0 ? .max : .min) : sum
    }

    @inlinable
    func work(on batch: ExchangeBatch<Either<Left, Right>>, _ keyOf: (Either<Left, Right>) -> Key) throws {
        let now = context.watermark.time.milliseconds
        try load()
        for index in 0..<batch.count {
            let time = batch.times[index].milliseconds
            guard time > now else {
                context.counters.late += 1
                try late?.call(batch.records + index, batch.times + index, 1)
                continue
            }
            let (hash, key) = (batch.hashes[index], keyOf(batch.records[index]))
            switch batch.records[index] {
            case .left(let record): try add(left: record, time, hash, key)
            case .right(let record): try add(right: record, time, hash, key)
            }
        }
        try results.flush()
    }

    @inlinable
    func add(left record: Left, _ time: Int64, _ hash: UInt64, _ key: Key) throws {
        var isMatched = false
        try forEach(right, from: sum(time, lower), through: sum(time, upper), hash, key, marks: kind.keepsRight) {
            isMatched = true
            try emit(Output(key, kind.matched(record, $0.record)), max(time, $0.time))
        }
        // Kept even if matched: only when the watermark has passed it are further partners excluded.
        try left.table(sliceEnd(of: time)).update(hash, key) { [] }.pointee.value
            .append(JoinEntry(time: time, record: record, isMatched: isMatched))
        if kind.keepsLeft, !isMatched { waitingLeft.insert(time, key) }
    }

    @inlinable
    func add(right record: Right, _ time: Int64, _ hash: UInt64, _ key: Key) throws {
        var isMatched = false
        try forEach(left, from: sum(time, 0 &- upper), through: sum(time, 0 &- lower), hash, key, marks: kind.keepsLeft)
        {
            isMatched = true
            try emit(Output(key, kind.matched($0.record, record)), max(time, $0.time))
        }
        try right.table(sliceEnd(of: time)).update(hash, key) { [] }.pointee.value
            .append(JoinEntry(time: time, record: record, isMatched: isMatched))
        if kind.keepsRight, !isMatched { waitingRight.insert(time, key) }
    }

    /// Collects the unmatched records of the checkpoint.
    @inlinable
    func load() throws {
        if hasLoaded { return }
        hasLoaded = true
        if kind.keepsLeft { try fill(&waitingLeft, from: left) }
        if kind.keepsRight { try fill(&waitingRight, from: right) }
    }

    @inlinable
    func fill<Record>(_ heap: inout TimerHeap<Key>, from side: SliceTables<Key, [JoinEntry<Record>]>) throws {
        try side.load()
        for end in side.ends {
            let table = try side.table(end)
            try table.forEach { slot in
                for entry in slot.pointee.value where !entry.isMatched { heap.insert(entry.time, table.key(of: slot)) }
            }
        }
    }

    /// Calls `body` for the entries of a key on one side within a span of time; with `marks`, marks them as matched.
    @inlinable
    func forEach<Record>(
        _ side: SliceTables<Key, [JoinEntry<Record>]>, from first: Int64, through last: Int64, _ hash: UInt64,
        _ key: Key, marks: Bool, _ body: (JoinEntry<Record>) throws -> Void
    ) throws {
        try side.load()
        for end in side.ends.ends(after: first, through: sum(last, slice)) {
            let table = try side.table(end)
            guard let slot = try table.find(hash, key) else { continue }
            var isNews = false
            for entry in slot.pointee.value where entry.time >= first && entry.time <= last {
                try body(entry)
                if marks, !entry.isMatched { isNews = true }
            }
            guard isNews else { continue }
            let changed = try table.update(hash, key) { [] }
            for index in changed.pointee.value.indices {
                let time = changed.pointee.value[index].time
                if time >= first, time <= last { changed.pointee.value[index].isMatched = true }
            }
        }
    }

    @inlinable
    func emit(_ joined: Output, _ time: Int64) throws {
        results.reserve(1)
        results.append(joined, Timestamp(milliseconds: time))
        if results.count >= PushBuffer<Output>.chunk { try results.flush() }
    }

    @inlinable
    func advance(to watermark: Watermark) throws -> Bool {
        try load()
        let now = watermark.time.milliseconds
        // A left record waits for right ones up to `upper` later, a right one for left ones up to `-lower` later.
        let (leftDelay, rightDelay) = (max(upper, 0), max(0 &- lower, 0))
        while let wait = earliest(now, leftDelay, rightDelay) {
            if wait.isLeft {
                guard let (time, key) = waitingLeft.take(upTo: .max), let only = kind.onlyLeft else { break }
                try giveUnmatched(left, time, key, wait.due) { Output(key, only($0)) }
            } else {
                guard let (time, key) = waitingRight.take(upTo: .max), let only = kind.onlyRight else { break }
                try giveUnmatched(right, time, key, wait.due) { Output(key, only($0)) }
            }
            if context.isCongested {
                try results.flush()
                return false
            }
        }
        try results.flush()
        try expire(left, after: leftDelay, now)
        try expire(right, after: rightDelay, now)
        return true
    }

    /// Returns the next unmatched record, of either side, that is due at `now`.
    @inlinable
    func earliest(_ now: Int64, _ leftDelay: Int64, _ rightDelay: Int64) -> (due: Int64, isLeft: Bool)? {
        let left = waitingLeft.first.map { sum($0, leftDelay) } ?? .max
        let right = waitingRight.first.map { sum($0, rightDelay) } ?? .max
        if waitingLeft.first != nil, left <= now, left <= right || waitingRight.first == nil { return (left, true) }
        if waitingRight.first != nil, right <= now { return (right, false) }
        return nil
    }

    /// Emits the unmatched records of a key at a time, with the time at which no partner was possible any more.
    @inlinable
    func giveUnmatched<Record>(
        _ side: SliceTables<Key, [JoinEntry<Record>]>, _ time: Int64, _ key: Key, _ due: Int64,
        _ result: (Record) -> Output
    ) throws {
        let (hash, end) = (key.frozenHash, sliceEnd(of: time))
        guard side.holds(end), let slot = try side.table(end).find(hash, key),
            slot.pointee.value.contains(where: { $0.time == time && !$0.isMatched })
        else { return }
        let changed = try side.table(end).update(hash, key) { [] }
        for index in changed.pointee.value.indices
        where changed.pointee.value[index].time == time && !changed.pointee.value[index].isMatched {
            // So that it is not emitted again.
            changed.pointee.value[index].isMatched = true
            try emit(result(changed.pointee.value[index].record), min(due, .max &- 1))
        }
    }

    /// Removes slices whose records cannot have partners any more.
    @inlinable
    func expire<Record>(_ side: SliceTables<Key, [JoinEntry<Record>]>, after delay: Int64, _ now: Int64) throws {
        try side.load()
        while let end = side.ends.first, sum(end &- 1, delay) <= now { side.forget(end) }
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        try left.prepare(&snapshot)
        try right.prepare(&snapshot)
    }
}
