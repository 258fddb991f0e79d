extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins each record of the left stream with those of the right stream whose time lies between `lower` and `upper` from
    /// its own, both included.
    ///
    /// ```swift
    /// orders.joined(with: payments, on: \.id, equals: \.order).intervalJoin(from: .minutes(-1), through: .minutes(10))
    /// ```
    ///
    /// A result comes with the later of the two records, and has its time. A record without a partner comes, where `kind`
    /// asks for it, once the watermark says that none can come, and has that time: a left record's plus `upper`, a right
    /// one's minus `lower`, but never less than its own. A record at or before the watermark is late: it goes to `late` and
    /// is counted. Records are kept, in slices of time, as long as a partner can come; of those that `kind` asks for without
    /// a partner, key and time are in memory besides.
    ///
    /// Restart: as if there had been none.
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

/// A record that waits for partners.
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

/// An interval join in one task: both sides' records in slices of time.
@usableFromInline
final class IntervalJoinInstance<
    Key: StreamKey, Left: StateValue, Right: StateValue, JoinedLeft: Sendable, JoinedRight: Sendable
>: OperatorInstance {
    @usableFromInline typealias Output = Joined<Key, JoinedLeft, JoinedRight>

    /// Milliseconds from a left record's time to a right one's.
    @usableFromInline let lower: Int64
    @usableFromInline let upper: Int64
    @usableFromInline let kind: JoinKind<Left, Right, JoinedLeft, JoinedRight>
    @usableFromInline let context: TaskContext
    @usableFromInline let results: PushBuffer<Output>
    @usableFromInline let late: Push<Either<Left, Right>>?
    @usableFromInline let left: SliceTables<Key, [JoinEntry<Left>]>
    @usableFromInline let right: SliceTables<Key, [JoinEntry<Right>]>
    @usableFromInline let slice: Int64
    /// Records that are given without a partner when their time has come, where `kind` asks for it; of entries that have
    /// found one since, it does not know. Made anew from the tables at a start.
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
        // Few enough to look into, many enough to let go of what is over.
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
        // Always kept until the watermark has passed it: only then its partners are known not to come.
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

    /// Learns which records of the checkpoint wait for a partner.
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

    /// Visits a key's entries of one side in a span of time; with `marks`, they are noted to have a partner.
    @inlinable
    func forEach<Record>(
        _ side: SliceTables<Key, [JoinEntry<Record>]>, from first: Int64, through last: Int64, _ hash: UInt64,
        _ key: Key, marks: Bool, _ body: (JoinEntry<Record>) throws -> Void
    ) throws {
        try side.load()
        for end in side.ends where end > first && sum(end, 0 &- slice) <= last {
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

    /// The next record, of either side, whose time to wait is over at `now`.
    @inlinable
    func earliest(_ now: Int64, _ leftDelay: Int64, _ rightDelay: Int64) -> (due: Int64, isLeft: Bool)? {
        let left = waitingLeft.first.map { sum($0, leftDelay) } ?? .max
        let right = waitingRight.first.map { sum($0, rightDelay) } ?? .max
        if waitingLeft.first != nil, left <= now, left <= right || waitingRight.first == nil { return (left, true) }
        if waitingRight.first != nil, right <= now { return (right, false) }
        return nil
    }

    /// Gives the key's records of a time that have found no partner, with the time at which that is known.
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
            // What is given is not given again.
            changed.pointee.value[index].isMatched = true
            try emit(result(changed.pointee.value[index].record), min(due, .max &- 1))
        }
    }

    /// Lets go of slices that nothing can find any more.
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
