/// Session windows in one task: each key's session in a table, further ones of the same key in another, and buckets of the
/// keys whose session may be over.
@usableFromInline
final class SessionInstance<Key: StreamKey, A: Aggregate>: OperatorInstance {
    @usableFromInline typealias Open = Session<A.Accumulator>

    @usableFromInline let aggregate: A
    /// Milliseconds.
    @usableFromInline let gap: Int64
    @usableFromInline let lateness: Int64
    @usableFromInline let kind: TimeKind
    @usableFromInline let context: TaskContext
    @usableFromInline let node: OperatorNode
    @usableFromInline let results: PushBuffer<WindowResult<Key, A.Output>>
    @usableFromInline let late: Push<A.Input>?
    @usableFromInline let failures: FailureHandler<A.Input>
    /// A session of each key that has one.
    @usableFromInline let table: KeyedTable<Key, Open>
    /// The others of keys that have several, which is rare.
    @usableFromInline let further: KeyedTable<Key, [Open]>
    @usableFromInline var buckets: TimeBuckets<Key>
    /// Taken from a bucket, and not looked at yet.
    @usableFromInline var taken: [Key] = []
    /// What the buckets take of the memory budget.
    @usableFromInline var bucketBytes = 0
    @usableFromInline var batches = 0
    @usableFromInline var isLoaded = false

    @inlinable
    init(
        _ aggregate: A, gap: Int64, lateness: Int64, _ kind: TimeKind, context: TaskContext, node: OperatorNode,
        next: Push<WindowResult<Key, A.Output>>, late: Push<A.Input>?, failures: FailureHandler<A.Input>
    ) {
        self.aggregate = aggregate
        self.gap = gap
        self.lateness = lateness
        self.kind = kind
        self.context = context
        self.node = node
        results = PushBuffer(next)
        self.late = late
        self.failures = failures
        table = context.makeTable(node, "sessions", key: Key.self, value: Open.self)
        further = context.makeTable(node, "further sessions", key: Key.self, value: [Open].self)
        buckets = TimeBuckets(width: gap / 32)
    }

    /// Puts the sessions of the checkpoint into buckets.
    @inlinable
    @inline(never)
    func load() throws {
        isLoaded = true
        if table.fitsBudget {
            try table.loadAll()
            table.forEachInMemory { slot in buckets.insert(table.key(of: slot), at: slot.pointee.value.end(gap: gap)) }
        } else {
            try table.forEachStored { key, session in buckets.insert(key, at: session.end(gap: gap)) }
        }
        try further.loadAll()
        further.forEachInMemory { slot in
            for session in slot.pointee.value { buckets.insert(further.key(of: slot), at: session.end(gap: gap)) }
        }
    }

    @inlinable
    func work(on batch: ExchangeBatch<A.Input>, _ keyOf: (A.Input) -> Key) throws {
        if !isLoaded { try load() }
        let (count, records, hashes, times) = (batch.count, batch.records, batch.hashes, batch.times)
        let processingTime = context.processingTime
        let ahead = 24
        for index in 0..<min(ahead, count) { table.prefetch(hashes[index]) }
        for index in 0..<count {
            if index &+ ahead < count { table.prefetch(hashes[index &+ ahead]) }
            let time = (kind == .event ? times[index] : processingTime).milliseconds
            try add(records + index, times + index, time, hashes[index], keyOf(records[index]))
        }
        try results.flush()
        batches &+= 1
        if batches & 63 == 0 { measureBuckets() }
    }

    @inlinable
    func measureBuckets() {
        let bytes = buckets.bytes
        context.budget.take(bytes - bucketBytes)
        bucketBytes = bytes
    }

    @inlinable
    @inline(__always)
    func add(
        _ record: UnsafePointer<A.Input>, _ eventTime: UnsafePointer<Timestamp>, _ time: Int64, _ hash: UInt64,
        _ key: Key
    ) throws {
        guard let found = try table.find(hash, key) else { return try addFirst(record, eventTime, time, hash, key) }
        // Only where the session is the key's only one, still to fire, and takes the record in; and that is nearly all.
        let session = found.pointee.value
        if session.hasOthers || session.hasFired || !session.reaches(time, gap: gap) || isOver(session) {
            return try addWithCare(record, eventTime, time, hash, key)
        }
        let index = found - table.slots
        table.touchChanged(index)
        do { try aggregate.add(record.pointee, to: &table.slots[index].value.value) } catch {
            return try failures.handle(error, record.pointee, eventTime.pointee)
        }
        if time < session.first { table.slots[index].value.first = time }
        if time > session.last { table.slots[index].value.last = time }
    }

    /// The key has no session.
    @inlinable
    @inline(__always)
    func addFirst(
        _ record: UnsafePointer<A.Input>, _ eventTime: UnsafePointer<Timestamp>, _ time: Int64, _ hash: UInt64,
        _ key: Key
    ) throws {
        guard var session = try begin(record, eventTime, time) else { return }
        if isOver(session) {
            try emit(key, session)
            session.hasFired = true
        }
        let new = session
        _ = try table.update(hash, key) { new }
        buckets.insert(key, at: session.end(gap: gap))
    }

    /// A new session of one record; `nil` if the record is late, or not to be had.
    @inlinable
    @inline(__always)
    func begin(
        _ record: UnsafePointer<A.Input>, _ eventTime: UnsafePointer<Timestamp>, _ time: Int64
    ) throws -> Open? {
        var session = Open(first: time, last: time, value: aggregate.create())
        if isForgotten(session, at: now) {
            context.counters.late += 1
            try late?.call(record, eventTime, 1)
            return nil
        }
        do { try aggregate.add(record.pointee, to: &session.value) } catch {
            try failures.handle(error, record.pointee, eventTime.pointee)
            return nil
        }
        return session
    }

    /// Event time of this task; of no concern to sessions in processing time.
    @inlinable var now: Int64 { kind == .event ? context.watermark.time.milliseconds : .min }

    @inlinable
    @inline(__always)
    func isOver(_ session: Open) -> Bool { session.end(gap: gap) <= now }

    @inlinable
    func isForgotten(_ session: Open, at watermark: Int64) -> Bool {
        let (limit, overflow) = session.end(gap: gap).addingReportingOverflow(lateness)
        return watermark >= (overflow ? .max : limit)
    }

    /// The key has several sessions, or will have, or one that is over: the record begins one, or joins one, or joins
    /// several into one.
    @inlinable
    @inline(never)
    func addWithCare(
        _ record: UnsafePointer<A.Input>, _ eventTime: UnsafePointer<Timestamp>, _ time: Int64, _ hash: UInt64,
        _ key: Key
    ) throws {
        // What is over and has not been looked at yet fires first: it does not take anything in any more.
        _ = try fireAll(hash, key, now)
        var sessions = try all(hash, key)
        let touched = sessions.filter { $0.reaches(time, gap: gap) }
        var joined: Open
        if var oldest = touched.first {
            do { try aggregate.add(record.pointee, to: &oldest.value) } catch {
                return try failures.handle(error, record.pointee, eventTime.pointee)
            }
            joined = oldest
            joined.first = min(joined.first, time)
            joined.last = max(joined.last, time)
            for other in touched.dropFirst() {
                aggregate.merge(other.value, into: &joined.value)
                joined.first = min(joined.first, other.first)
                joined.last = max(joined.last, other.last)
            }
            sessions.removeAll { $0.reaches(time, gap: gap) }
        } else {
            guard let session = try begin(record, eventTime, time) else { return }
            joined = session
        }
        joined.hasFired = isOver(joined)
        if joined.hasFired { try emit(key, joined) }
        sessions.append(joined)
        buckets.insert(key, at: joined.end(gap: gap))
        try replace(hash, key, sessions)
    }

    /// A key's sessions, by time.
    @inlinable
    func all(_ hash: UInt64, _ key: Key) throws -> [Open] {
        guard let slot = try table.find(hash, key) else { return [] }
        let newest = slot.pointee.value
        guard newest.hasOthers, let others = try further.find(hash, key) else { return [newest] }
        return others.pointee.value + [newest]
    }

    @inlinable
    func replace(_ hash: UInt64, _ key: Key, _ sessions: [Open]) throws {
        var ordered = sessions.sorted { $0.first < $1.first }
        let hadOthers = try table.find(hash, key)?.pointee.value.hasOthers ?? false
        if var newest = ordered.popLast() {
            newest.hasOthers = !ordered.isEmpty
            try table.update(hash, key) { newest }.pointee.value = newest
        } else {
            try table.remove(hash, key)
        }
        if !ordered.isEmpty {
            for index in ordered.indices { ordered[index].hasOthers = false }
            try further.update(hash, key) { [] }.pointee.value = ordered
        } else if hadOthers {
            try further.remove(hash, key)
        }
    }

    @inlinable
    func advance(to watermark: Watermark) throws -> Bool {
        if kind == .processing { return watermark.isEnd ? try fire(until: .max) : true }
        return try fire(until: watermark.time.milliseconds)
    }

    @inlinable
    func advance(processingTime time: Timestamp) throws -> Timestamp? {
        guard kind == .processing else { return nil }
        _ = try fire(until: time.milliseconds)
        if buckets.buckets.isEmpty { return nil }
        return Timestamp(milliseconds: max((buckets.least &+ 1) &* buckets.width, time.milliseconds + 1))
    }

    /// Fires and forgets the sessions that are over; false if it stopped because of congestion.
    @inlinable
    func fire(until time: Int64) throws -> Bool {
        if !isLoaded { try load() }
        var again: [(Key, Int64)] = []
        while true {
            if taken.isEmpty {
                guard let due = buckets.take(upTo: time) else { break }
                taken = due
                if !table.loaded.isComplete { takeRest(upTo: time) }
            }
            let ahead = 24
            while let key = taken.popLast() {
                if taken.count > ahead { table.prefetch(taken[taken.count &- ahead].frozenHash) }
                if let next = try fire(key, time) { again.append((key, next)) }
                if taken.count & 255 == 0, context.isCongested {
                    for (key, time) in again { buckets.insert(key, at: time) }
                    try results.flush()
                    return false
                }
            }
        }
        taken = []
        for (key, time) in again { buckets.insert(key, at: time) }
        measureBuckets()
        try results.flush()
        return true
    }

    /// Some of the keys have left memory: all that are due are looked at in the order of the store, so that each part of it
    /// comes into memory once. By time, every bucket would bring in all of it.
    @inlinable
    @inline(never)
    func takeRest(upTo time: Int64) {
        taken.reserveCapacity(taken.count + buckets.count(upTo: time))
        while let due = buckets.take(upTo: time) { taken += due }
        taken.sort { $0.frozenHash > $1.frozenHash }
    }

    /// Fires what is over of a key; when it has to be looked at again.
    @inlinable
    @inline(__always)
    func fire(_ key: Key, _ time: Int64) throws -> Int64? {
        let hash = key.frozenHash
        guard let slot = try table.find(hash, key) else { return nil }
        let session = slot.pointee.value
        if session.hasOthers || lateness > 0 { return try fireAll(hash, key, time) }
        let end = session.end(gap: gap)
        guard end <= time else { return end }
        try emit(key, session)
        try table.remove(at: slot)
        return nil
    }

    @inlinable
    @inline(never)
    func fireAll(_ hash: UInt64, _ key: Key, _ time: Int64) throws -> Int64? {
        let sessions = try all(hash, key)
        var kept: [Open] = []
        var next: Int64?
        var isChanged = false
        for var session in sessions {
            let end = session.end(gap: gap)
            if end <= time, !session.hasFired {
                try emit(key, session)
                session.hasFired = true
                isChanged = true
            }
            if isForgotten(session, at: time) {
                isChanged = true
                continue
            }
            kept.append(session)
            let look = end <= time ? end &+ lateness : end
            next = min(next ?? look, look)
        }
        if isChanged { try replace(hash, key, kept) }
        return next
    }

    @inlinable
    @inline(__always)
    func emit(_ key: Key, _ session: Open) throws {
        let value: A.Output
        do { value = try aggregate.result(session.value) } catch {
            throw OperatorFailure(operatorID: node.id, cause: error)
        }
        let window = TimeWindow(
            start: Timestamp(milliseconds: session.first), end: Timestamp(milliseconds: session.end(gap: gap)))
        results.reserve(1)
        results.append(WindowResult(key: key, window: window, value: value), window.last)
        if results.count >= PushBuffer<WindowResult<Key, A.Output>>.chunk { try results.flush() }
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        snapshot.add(table)
        snapshot.add(further)
    }
}
