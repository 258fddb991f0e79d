/// Windows of fixed times in one task: a table for each slice; slices are merged and windows fired in the order of the
/// windows' ends.
@usableFromInline
final class WindowInstance<Key: StreamKey, A: Aggregate>: OperatorInstance {
    @usableFromInline typealias Table = KeyedTable<Key, A.Accumulator>

    @usableFromInline let aggregate: A
    @usableFromInline let plan: WindowPlan
    @usableFromInline let assigner: SliceAssigner
    @usableFromInline let timing: WindowTiming
    @usableFromInline let kind: TimeKind
    @usableFromInline let context: TaskContext
    @usableFromInline let node: OperatorNode
    @usableFromInline let results: PushBuffer<WindowResult<Key, A.Output>>
    @usableFromInline let late: Push<A.Input>?
    @usableFromInline let failures: FailureHandler<A.Input>
    @usableFromInline let slices: SliceTables<Key, A.Accumulator>

    /// The slice of the last record.
    @exclusivity(unchecked) @usableFromInline var currentEnd: Int64 = .min
    @exclusivity(unchecked) @usableFromInline var currentTable: Table?
    /// All windows up to this end have fired, or had no records.
    @exclusivity(unchecked) @usableFromInline var firedUpTo: Int64 = .min
    /// The end of the next window to fire; `.min` if there is none, `nil` if it is not known.
    @exclusivity(unchecked) @usableFromInline var nextDue: Int64?
    /// Where firing stopped because the outputs were congested.
    @usableFromInline var firing: (end: Int64, hash: UInt64)?
    /// The table in which the slices of a window are merged.
    @usableFromInline var merged: Table?
    @usableFromInline var previews: WindowPreviews<Key>?
    /// The time of each key's last record, used as the time of results where a window has no end (`.global`).
    @usableFromInline let lastTimes: SliceTables<Key, Int64>?

    @inlinable
    init(
        _ aggregate: A, _ plan: WindowPlan, context: TaskContext, node: OperatorNode,
        next: Push<WindowResult<Key, A.Output>>, late: Push<A.Input>?, failures: FailureHandler<A.Input>
    ) {
        self.aggregate = aggregate
        self.plan = plan
        assigner = plan.assigner
        timing = plan.timing
        kind = plan.kind
        self.context = context
        self.node = node
        results = PushBuffer(next)
        self.late = late
        self.failures = failures
        slices = SliceTables(context, node, "windows")
        lastTimes = plan.assigner.shape == .global ? SliceTables(context, node, "last times") : nil
        // What had fired at the checkpoint: everything up to the restored event time.
        let restored = context.watermark.time
        if kind == .event, restored > .distantPast, restored < .distantFuture {
            firedUpTo = timing.lastFired(at: restored)
        }
        if plan.trigger.needsPreviews { previews = WindowPreviews(plan.trigger, context, node) }
    }

    /// Adds a batch to its slices.
    @inlinable
    func work(on batch: ExchangeBatch<A.Input>, _ keyOf: (A.Input) -> Key) throws {
        let (count, records, times) = (batch.count, batch.records, batch.times)
        let processingTime = context.processingTime
        var index = 0
        while index < count {
            let time = kind == .event ? times[index] : processingTime
            let end = assigner.sliceEnd(of: time)
            guard let table = try select(end) else {
                context.counters.late += 1
                try late?.call(records + index, times + index, 1)
                index &+= 1
                continue
            }
            // All following records that are in the same slice.
            let start = assigner.sliceStart(end)
            var last = index &+ 1
            if kind == .event {
                while last < count, times[last].milliseconds < end, times[last].milliseconds >= start { last &+= 1 }
            } else {
                last = count
            }
            if previews == nil, lastTimes == nil, assigner.firstEnd(holding: end) > firedUpTo {
                try add(batch, index..<last, to: table, keyOf)
            } else {
                try addAndTell(batch, index..<last, to: table, end, keyOf)
            }
            index = last
        }
        try results.flush()
    }

    /// Adds records of one slice, none of whose windows has fired, to its table.
    @inlinable
    @inline(__always)
    func add(_ batch: ExchangeBatch<A.Input>, _ range: Range<Int>, to table: Table, _ keyOf: (A.Input) -> Key) throws {
        let (records, hashes, times) = (batch.records, batch.hashes, batch.times)
        let ahead = 24
        for index in range {
            if index &+ ahead < range.upperBound { table.prefetch(hashes[index &+ ahead]) }
            let slot = try table.update(hashes[index], keyOf(records[index])) { aggregate.create() }
            do { try aggregate.add(records[index], to: &slot.pointee.value) } catch {
                try failures.handle(error, records[index], times[index])
            }
        }
    }

    /// Adds records that may cause a result at once: their windows have fired already, or have a trigger.
    @inlinable
    @inline(never)
    func addAndTell(
        _ batch: ExchangeBatch<A.Input>, _ range: Range<Int>, to table: Table, _ end: Int64,
        _ keyOf: (A.Input) -> Key
    ) throws {
        for index in range {
            let (key, hash) = (keyOf(batch.records[index]), batch.hashes[index])
            let slot = try table.update(hash, key) { aggregate.create() }
            do { try aggregate.add(batch.records[index], to: &slot.pointee.value) } catch {
                try failures.handle(error, batch.records[index], batch.times[index])
                continue
            }
            if let lastTimes {
                let time = batch.times[index].milliseconds
                let last = try lastTimes.table(end).update(hash, key) { time }
                if time > last.pointee.value { last.pointee.value = time }
            }
            // Windows that have fired, and are kept for late records, fire again.
            var window = assigner.firstEnd(holding: end)
            let last = min(assigner.lastEnd(holding: end), firedUpTo)
            while window <= last {
                if !timing.isForgotten(end: window, at: context.watermark.time) { try emit(hash, key, window) }
                let (next, overflow) = window.addingReportingOverflow(assigner.slide)
                if overflow { break }
                window = next
            }
            guard let previews, window > firedUpTo, window <= assigner.lastEnd(holding: end) else { continue }
            if try previews.note(hash, key, end) { try emit(hash, key, window) }
        }
    }

    /// Returns the table of the slice that ends at `end`; `nil` if no window needs it any more.
    @inlinable
    func select(_ end: Int64) throws -> Table? {
        if !slices.hasLoaded { try slices.load() }
        if kind == .event, timing.isForgotten(end: assigner.lastEnd(holding: end), at: context.watermark.time) {
            return nil
        }
        if end == currentEnd, let currentTable { return currentTable }
        let known = slices.ends.count
        let table = try slices.table(end)
        if slices.ends.count != known { nextDue = nil }
        (currentTable, currentEnd) = (table, end)
        return table
    }

    @inlinable
    func advance(to watermark: Watermark) throws -> Bool {
        try slices.load()
        if kind == .processing {
            return watermark.isEnd ? try fire(until: .distantFuture) : true
        }
        return try fire(until: watermark.time)
    }

    @inlinable
    func advance(processingTime time: Timestamp) throws -> Timestamp? {
        try slices.load()
        var next: Timestamp?
        if let previews, previews.isDue(at: time) {
            for (end, keys) in previews.takeChanged() {
                for key in keys { try emitPreview(key, end) }
            }
            try results.flush()
        }
        if let preview = previews?.nextDue(after: time) { next = preview }
        guard kind == .processing else { return next }
        _ = try fire(until: Timestamp(milliseconds: time.milliseconds - 1))
        if let due = nextWindow() { next = min(next ?? .distantFuture, Timestamp(milliseconds: due)) }
        return next
    }

    /// Emits the current results of the open windows that contain a slice.
    @inlinable
    func emitPreview(_ key: Key, _ slice: Int64) throws {
        guard slices.holds(slice) else { return }
        var window = assigner.firstEnd(holding: slice)
        let last = assigner.lastEnd(holding: slice)
        while window <= last {
            if window > firedUpTo { try emit(key.frozenHash, key, window) }
            let (next, overflow) = window.addingReportingOverflow(assigner.slide)
            if overflow { break }
            window = next
        }
    }

    /// Returns the end of the next window to fire.
    @inlinable
    func nextWindow() -> Int64? {
        if let nextDue { return nextDue == .min ? nil : nextDue }
        var least: Int64?
        for end in slices.ends {
            guard let next = assigner.nextEnd(holding: end, after: firedUpTo) else { continue }
            least = min(least ?? next, next)
            if assigner.isOneSliceEach { break }
        }
        nextDue = least ?? .min
        return least
    }

    /// Fires and removes the windows that are due at `time`; returns false if it stopped because of congestion.
    @inlinable
    func fire(until time: Timestamp) throws -> Bool {
        while let end = firing?.end ?? nextWindow(), timing.hasFired(end: end, at: time) {
            if try !fire(window: end, mayPause: true) { return false }
        }
        if kind == .event {
            // Includes windows without records: later records for them are late, as they would be after a restart.
            if time > .distantPast { firedUpTo = max(firedUpTo, timing.lastFired(at: time)) }
            forgetSlices(until: time)
        }
        return true
    }

    /// Fires one window, or the rest of it; returns false if it stopped because of congestion.
    @inlinable
    func fire(window end: Int64, mayPause: Bool) throws -> Bool {
        let table = try contents(of: end)
        var hash = firing?.hash ?? table.low
        while true {
            let last = try table.forEachOfPart(from: hash) { slot in
                try emit(table.key(of: slot), slot.pointee.value, end)
            }
            if last == table.high { break }
            hash = last + 1
            if mayPause, context.isCongested {
                try results.flush()
                firing = (end, hash)
                return false
            }
        }
        try results.flush()
        firing = nil
        // Its memory cannot be freed in any other way.
        if context.budget.isExceeded { merged = nil } else { merged?.removeAllInMemory() }
        firedUpTo = max(firedUpTo, end)
        nextDue = nil
        if plan.trigger.discards { try discard(end) }
        if kind == .processing { forgetSlices(until: Timestamp(milliseconds: end)) }
        return true
    }

    /// Returns a table with the whole content of the window: that of its only slice, or one into which its slices are
    /// merged.
    @inlinable
    func contents(of window: Int64) throws -> Table {
        if assigner.isOneSliceEach { return try slices.table(window) }
        if let merged, firing != nil { return merged }
        let target =
            merged
            ?? Table(hashes: context.hashes, store: nil, storedEntries: nil, budget: context.budget)
        merged = target
        let start = assigner.window(endingAt: window).start.milliseconds
        for end in slices.ends.ends(after: start, through: window) {
            let table = try slices.table(end)
            target.makeRoom(forAtLeast: table.live)
            try table.forEach { slot in
                let value = slot.pointee.value
                var isNew = false
                let found = try target.update(slot.pointee.hash, table.key(of: slot)) {
                    isNew = true
                    return value
                }
                if !isNew { aggregate.merge(value, into: &found.pointee.value) }
            }
        }
        return target
    }

    /// Removes the slices all of whose windows are no longer kept.
    @inlinable
    func forgetSlices(until time: Timestamp) {
        while let end = slices.ends.first {
            let last = assigner.lastEnd(holding: end)
            guard kind == .event ? timing.isForgotten(end: last, at: time) : last <= time.milliseconds else { return }
            forget(end)
        }
    }

    @inlinable
    func forget(_ end: Int64) {
        slices.forget(end)
        if currentEnd == end {
            currentEnd = .min
            currentTable = nil
        }
        previews?.forget(end)
        lastTimes?.forget(end)
        nextDue = nil
    }

    /// Removes the values that were emitted, for a trigger that discards.
    @inlinable
    func discard(_ end: Int64) throws {
        guard let table = slices.opened(end) else { return }
        _ = try table.removeAll(from: table.low, through: table.high) { _ in true }
        guard let times = lastTimes?.opened(end) else { return }
        _ = try times.removeAll(from: times.low, through: times.high) { _ in true }
    }

    /// Emits the result of a key in a window, merged from its slices.
    @inlinable
    func emit(_ hash: UInt64, _ key: Key, _ window: Int64) throws {
        let start = assigner.window(endingAt: window).start.milliseconds
        var value: A.Accumulator?
        for end in slices.ends.ends(after: start, through: window) {
            let table = try slices.table(end)
            guard let slot = try table.find(hash, key) else { continue }
            if var sum = value.take() {
                aggregate.merge(slot.pointee.value, into: &sum)
                value = sum
            } else {
                value = slot.pointee.value
            }
            if plan.trigger.discards { try table.remove(hash, key) }
        }
        if let value { try emit(key, value, window) }
        if plan.trigger.discards, let lastTimes { try lastTimes.table(window).remove(hash, key) }
    }

    @inlinable
    @inline(__always)
    func emit(_ key: Key, _ accumulator: A.Accumulator, _ end: Int64) throws {
        let value: A.Output
        do { value = try aggregate.result(accumulator) } catch {
            throw OperatorFailure(operatorID: node.id, cause: error)
        }
        let window = assigner.window(endingAt: end)
        results.reserve(1)
        let time = lastTimes == nil ? min(window.last, Timestamp(milliseconds: .max - 1)) : try lastTime(key, end)
        results.append(WindowResult(key: key, window: window, value: value), time)
        if results.count >= PushBuffer<WindowResult<Key, A.Output>>.chunk { try results.flush() }
    }

    /// Returns the time of a key's last record; event time if the state was stored by an early version, without these
    /// times.
    @inlinable
    @inline(never)
    func lastTime(_ key: Key, _ end: Int64) throws -> Timestamp {
        guard let time = try lastTimes?.table(end).find(key.frozenHash, key)?.pointee.value else {
            return min(context.watermark.time, Timestamp(milliseconds: .max - 1))
        }
        return Timestamp(milliseconds: time)
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        // A window is emitted wholly before or wholly after a checkpoint.
        if let firing { _ = try fire(window: firing.end, mayPause: false) }
        try slices.prepare(&snapshot)
        try previews?.prepare(&snapshot)
        try lastTimes?.prepare(&snapshot)
    }
}
