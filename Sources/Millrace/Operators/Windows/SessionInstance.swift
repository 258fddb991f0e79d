/// Session windows in one task.
///
/// One table has a session of each key, another the further sessions of keys with several; buckets order keys by the
/// time at which one of their sessions may end.
@usableFromInline
final class SessionInstance<Key: StreamKey, A: Aggregate>: OperatorInstance {
    @usableFromInline typealias Open = Session<A.Accumulator>

    @usableFromInline let aggregate: A
    /// In milliseconds, as `lateness`.
    @usableFromInline let gap: Int64
    @usableFromInline let lateness: Int64
    @usableFromInline let kind: TimeKind
    @usableFromInline let context: TaskContext
    @usableFromInline let node: OperatorNode
    @usableFromInline let results: PushBuffer<WindowResult<Key, A.Output>>
    @usableFromInline let late: Push<A.Input>?
    @usableFromInline let failures: FailureHandler<A.Input>
    /// One session of each key that has any; the newest where there are several.
    @usableFromInline let table: KeyedTable<Key, Open>
    /// The other sessions of keys with several, which is rare.
    @usableFromInline let further: KeyedTable<Key, [Open]>
    @usableFromInline var buckets: TimeBuckets<Key>
    /// Keys taken from a bucket and not yet examined.
    @usableFromInline var taken: [Key] = []
    /// The part of the memory budget that the buckets take, in bytes.
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

    /// Puts the sessions restored from the checkpoint into buckets.
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
        // Fast path, for nearly all records: the session is the only one of its key, has not fired, and takes the
        // record.
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

    /// Adds a record whose key has no session.
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

    /// Returns a new session of one record; `nil` if the record is late or cannot be added.
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

    /// Event time of this task; sessions in processing time do not use it.
    @inlinable var now: Int64 { kind == .event ? context.watermark.time.milliseconds : .min }

    @inlinable
    @inline(__always)
    func isOver(_ session: Open) -> Bool { session.end(gap: gap) <= now }

    @inlinable
    func isForgotten(_ session: Open, at watermark: Int64) -> Bool {
        let (limit, overflow) = session.end(gap: gap).addingReportingOverflow(lateness)
        return watermark >= (overflow ? .max : limit)
    }

    /// Adds a record whose key has or will have several sessions, or one that has ended: the record begins a session,
    /// joins one, or merges several into one.
    @inlinable
    @inline(never)
    func addWithCare(
        _ record: UnsafePointer<A.Input>, _ eventTime: UnsafePointer<Timestamp>, _ time: Int64, _ hash: UInt64,
        _ key: Key
    ) throws {
        // Sessions that have ended but were not examined yet fire first: they no longer take records.
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

    /// Returns the sessions of a key, ordered by time.
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

    /// Fires and removes the sessions that have ended; returns false if it stopped because of congestion.
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

    /// Where some keys are no longer in memory, takes all due keys at once and sorts them in the order of the store, so
    /// that each part of the store is read only once. In the order of time, every bucket would read all of it.
    @inlinable
    @inline(never)
    func takeRest(upTo time: Int64) {
        taken.reserveCapacity(taken.count + buckets.count(upTo: time))
        while let due = buckets.take(upTo: time) { taken += due }
        taken.sort { $0.frozenHash > $1.frozenHash }
    }

    /// Fires the ended sessions of a key; returns when the key has to be examined again.
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
