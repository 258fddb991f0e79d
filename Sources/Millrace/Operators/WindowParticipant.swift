/// Tumbling windows in one task: a table for each open window, fired in the order of their ends.
@usableFromInline
final class WindowParticipant<Key: StreamKey, A: Aggregate>: StageParticipant {
    @usableFromInline typealias Table = KeyedTable<Key, A.Accumulator>

    @usableFromInline let aggregate: A
    @usableFromInline let assigner: TumblingAssigner
    @usableFromInline let timing: WindowTiming
    @usableFromInline let kind: TimeKind
    @usableFromInline let context: TaskContext
    @usableFromInline let node: OperatorNode
    @usableFromInline let results: PushBuffer<WindowResult<Key, A.Output>>
    @usableFromInline let late: Push<A.Input>?
    @usableFromInline let failures: FailureHandler<A.Input>
    @usableFromInline let stored: StoredState?

    /// Open windows by their end; those that only the store knows of so far have no table.
    @usableFromInline var tables: [Int64: Table?] = [:]
    /// The ends of open windows, in order.
    @usableFromInline var ends: [Int64] = []
    /// Windows that are gone, but may still have entries in the store.
    @usableFromInline var dropped: [Int64] = []
    /// The window that the last record was in.
    @exclusivity(unchecked) @usableFromInline var currentEnd: Int64 = .min
    @exclusivity(unchecked) @usableFromInline var currentTable: Table?
    /// Windows up to this end have fired.
    @exclusivity(unchecked) @usableFromInline var firedUpTo: Int64 = .min
    /// Where a firing stopped because the outputs were congested.
    @usableFromInline var firing: (end: Int64, slot: Int)?
    @usableFromInline var hasLoadedSlices = false

    @inlinable
    init(
        _ aggregate: A, _ assigner: TumblingAssigner, _ timing: WindowTiming, _ kind: TimeKind,
        context: TaskContext, node: OperatorNode, next: Push<WindowResult<Key, A.Output>>, late: Push<A.Input>?,
        failures: FailureHandler<A.Input>
    ) {
        self.aggregate = aggregate
        self.assigner = assigner
        self.timing = timing
        self.kind = kind
        self.context = context
        self.node = node
        results = PushBuffer(next)
        self.late = late
        self.failures = failures
        stored = context.storedState(node, "windows")
        // What had fired at the checkpoint: everything that the restored event time covers.
        let restored = context.watermark.time
        if kind == .event, restored > .distantPast, restored < .distantFuture {
            firedUpTo = restored.milliseconds + 1
        }
    }

    /// Adds a batch to its windows.
    @inlinable
    func work(on batch: ExchangeBatch<A.Input>, _ keyOf: (A.Input) -> Key) throws {
        let (count, records, times) = (batch.count, batch.records, batch.times)
        let processingTime = context.processingTime
        var index = 0
        while index < count {
            let time = kind == .event ? times[index] : processingTime
            let end = assigner.end(of: time)
            guard let table = try select(end) else {
                context.counters.late += 1
                try late?.call(records + index, times + index, 1)
                index &+= 1
                continue
            }
            // As far as the records stay in this window.
            let start = end &- assigner.length
            var last = index &+ 1
            if kind == .event {
                while last < count, times[last].milliseconds < end, times[last].milliseconds >= start { last &+= 1 }
            } else {
                last = count
            }
            try add(batch, index..<last, to: table, end, keyOf)
            index = last
        }
        try results.flush()
    }

    /// Adds records that are all in one window to its table.
    @inlinable
    @inline(__always)
    func add(
        _ batch: ExchangeBatch<A.Input>, _ range: Range<Int>, to table: Table, _ end: Int64,
        _ keyOf: (A.Input) -> Key
    ) throws {
        let (records, hashes, times) = (batch.records, batch.hashes, batch.times)
        let refires = end <= firedUpTo
        let ahead = 24
        for index in range {
            if index &+ ahead < range.upperBound { table.prefetch(hashes[index &+ ahead]) }
            let key = keyOf(records[index])
            let slot = try table.update(hashes[index], key) { aggregate.create() }
            do { try aggregate.add(records[index], to: &slot.pointee.value) } catch {
                try failures.handle(error, records[index], times[index])
                continue
            }
            if refires { try emit(slot, table, end) }
        }
    }

    /// The table of the window that ends at `end`; `nil` if it is gone.
    @inlinable
    func select(_ end: Int64) throws -> Table? {
        if !hasLoadedSlices { try loadSlices() }
        if kind == .event, timing.isForgotten(end: end, at: context.watermark.time) { return nil }
        if end == currentEnd, let currentTable { return currentTable }
        let table = try table(end)
        (currentTable, currentEnd) = (table, end)
        return table
    }

    /// The table of a window, which is opened if it is not.
    @inlinable
    func table(_ end: Int64) throws -> Table {
        if case .some(.some(let table)) = tables[end] { return table }
        let isStored = tables[end] != nil
        let table = context.makeTable(
            node, "windows", slice: Slice(end), isStored: isStored, key: Key.self, value: A.Accumulator.self)
        tables[end] = .some(table)
        if !isStored { insertEnd(end) }
        return table
    }

    @inlinable
    func insertEnd(_ end: Int64) {
        let place = ends.firstIndex { $0 > end } ?? ends.count
        ends.insert(end, at: place)
    }

    /// Learns of the windows that were open at the checkpoint.
    @inlinable
    func loadSlices() throws {
        if hasLoadedSlices { return }
        hasLoadedSlices = true
        for slice in try stored?.storedSlices() ?? [] where tables[slice.value] == nil {
            tables[slice.value] = .some(nil)
            insertEnd(slice.value)
        }
    }

    @inlinable
    func advance(to watermark: Watermark) throws -> Bool {
        try loadSlices()
        if kind == .processing {
            return watermark.isEnd ? try fire(until: .distantFuture) : true
        }
        return try fire(until: watermark.time)
    }

    @inlinable
    func advance(processingTime time: Timestamp) throws -> Timestamp? {
        guard kind == .processing else { return nil }
        try loadSlices()
        _ = try fire(until: Timestamp(milliseconds: time.milliseconds - 1))
        return ends.first.map { Timestamp(milliseconds: $0) }
    }

    /// Fires and forgets what is due at `time`; false if it stopped because of congestion.
    @inlinable
    func fire(until time: Timestamp) throws -> Bool {
        while let end = firing?.end ?? ends.first(where: { $0 > firedUpTo }), timing.hasFired(end: end, at: time) {
            let table = try table(end)
            try table.loadAll()
            var slot = firing?.slot ?? 0
            while slot < table.slotCount {
                let stamp = table.slots[slot].stamp
                if stamp != TableStamp.empty, stamp & TableStamp.tombstone == 0 {
                    try emit(table.slots + slot, table, end)
                }
                slot += 1
                if slot & 1023 == 0, context.isCongested {
                    try results.flush()
                    firing = (end, slot)
                    return false
                }
            }
            try results.flush()
            firing = nil
            if kind == .event { firedUpTo = end } else { forget(end) }
        }
        while let end = ends.first, timing.isForgotten(end: end, at: time) { forget(end) }
        return true
    }

    @inlinable
    func forget(_ end: Int64) {
        ends.removeAll { $0 == end }
        if case .some(let table) = tables.removeValue(forKey: end), table?.isStored ?? true { dropped.append(end) }
        if currentEnd == end {
            currentEnd = .min
            currentTable = nil
        }
    }

    @inlinable
    @inline(__always)
    func emit(_ slot: UnsafeMutablePointer<TableSlot<Key, A.Accumulator>>, _ table: Table, _ end: Int64) throws {
        let value: A.Output
        do { value = try aggregate.result(slot.pointee.value) } catch {
            throw OperatorFailure(operatorID: node.id, cause: error)
        }
        let window = assigner.window(endingAt: end)
        results.reserve(1)
        results.append(WindowResult(key: table.key(of: slot), window: window, value: value), window.last)
        if results.count >= PushBuffer<WindowResult<Key, A.Output>>.chunk { try results.flush() }
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        guard let stored else { return }
        try loadSlices()
        var delta = snapshot.makeBuilder(stored)
        for end in dropped { delta.drop(Slice(end), hashes: context.hashes) }
        dropped.removeAll()
        var entries = 0
        for end in ends {
            guard case .some(.some(let table)) = tables[end] else { continue }
            table.encodeChanges(into: &delta, slice: Slice(end), checkpoint: snapshot.checkpoint.value)
            entries = max(entries, table.live)
        }
        snapshot.add(&delta, stored, entries: entries)
    }
}
