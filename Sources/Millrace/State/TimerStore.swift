/// The timers of a keyed operator in one task: per key in a table like any state, and in the order of their times in a
/// heap, which is made anew from the table at start.
///
/// A heap entry whose timer was deleted is passed over when its time comes.
@usableFromInline
final class TimerStore<Key: StreamKey> {
    /// A timer whose time has come.
    @usableFromInline
    struct Due {
        @usableFromInline let time: Timestamp
        @usableFromInline let key: Key

        @inlinable
        init(time: Timestamp, key: Key) {
            self.time = time
            self.key = key
        }
    }

    @usableFromInline let event: KeyedTable<Key, [Int64]>
    @usableFromInline let processing: KeyedTable<Key, [Int64]>
    @usableFromInline var eventHeap = TimerHeap<Key>()
    @usableFromInline var processingHeap = TimerHeap<Key>()
    @usableFromInline var isLoaded = false
    @usableFromInline let budget: MemoryBudget
    /// What the heaps take of it.
    @usableFromInline var heapBytes = 0

    @inlinable
    init(_ context: TaskContext, _ node: OperatorNode) {
        budget = context.budget
        event = context.makeTable(node, "event timers", key: Key.self, value: [Int64].self)
        processing = context.makeTable(node, "processing timers", key: Key.self, value: [Int64].self)
    }

    @usableFromInline
    static func declare(_ node: OperatorNode) {
        for name in ["event timers", "processing timers"] {
            node.addState(name, key: Key.self, value: [Int64].self)
        }
    }

    /// Fills the heaps from what the checkpoint had.
    @inlinable
    func load() throws {
        if isLoaded { return }
        isLoaded = true
        try event.loadAll()
        event.forEachInMemory { slot in
            for time in slot.pointee.value { eventHeap.insert(time, event.key(of: slot)) }
        }
        try processing.loadAll()
        processing.forEachInMemory { slot in
            for time in slot.pointee.value { processingHeap.insert(time, processing.key(of: slot)) }
        }
        measureHeaps()
    }

    @inlinable
    func measureHeaps() {
        let bytes = eventHeap.bytes + processingHeap.bytes
        budget.take(bytes - heapBytes)
        heapBytes = bytes
    }

    @inlinable
    func set(_ timer: Timer, _ hash: UInt64, _ key: Key) throws {
        try load()
        switch timer {
        case .event(let time):
            if try add(time, hash, key, to: event) { eventHeap.insert(time.milliseconds, key) }
        case .processing(let time):
            if try add(time, hash, key, to: processing) { processingHeap.insert(time.milliseconds, key) }
        }
    }

    @inlinable
    func add(_ time: Timestamp, _ hash: UInt64, _ key: Key, to table: KeyedTable<Key, [Int64]>) throws -> Bool {
        if let known = try table.find(hash, key), known.pointee.value.contains(time.milliseconds) { return false }
        try table.update(hash, key) { [] }.pointee.value.append(time.milliseconds)
        return true
    }

    @inlinable
    func delete(_ timer: Timer, _ hash: UInt64, _ key: Key) throws {
        try load()
        switch timer {
        case .event(let time): _ = try remove(time.milliseconds, hash, key, from: event)
        case .processing(let time): _ = try remove(time.milliseconds, hash, key, from: processing)
        }
    }

    /// Removes a timer from its key; false if it is not there (any more).
    @inlinable
    func remove(_ time: Int64, _ hash: UInt64, _ key: Key, from table: KeyedTable<Key, [Int64]>) throws -> Bool {
        guard let slot = try table.find(hash, key), slot.pointee.value.contains(time) else { return false }
        if slot.pointee.value.count == 1 { return try table.remove(hash, key) }
        let changed = try table.update(hash, key) { [] }
        changed.pointee.value.removeAll { $0 == time }
        return true
    }

    @inlinable
    func takeEvent(upTo time: Timestamp) throws -> Due? {
        try load()
        while let (due, key) = eventHeap.take(upTo: time.milliseconds) {
            if try remove(due, key.frozenHash, key, from: event) {
                return Due(time: Timestamp(milliseconds: due), key: key)
            }
        }
        return nil
    }

    @inlinable
    func takeProcessing(upTo time: Timestamp) throws -> Due? {
        try load()
        while let (due, key) = processingHeap.take(upTo: time.milliseconds) {
            if try remove(due, key.frozenHash, key, from: processing) {
                return Due(time: Timestamp(milliseconds: due), key: key)
            }
        }
        return nil
    }

    @inlinable
    func nextProcessing() throws -> Timestamp? {
        try load()
        return processingHeap.first.map { Timestamp(milliseconds: $0) }
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) {
        measureHeaps()
        snapshot.add(event)
        snapshot.add(processing)
    }
}

/// Timers by time, the earliest first; equal times by the hash of the key, so that the order is always the same.
@usableFromInline
struct TimerHeap<Key: StreamKey> {
    @usableFromInline var entries: [(time: Int64, hash: UInt64, key: Key)] = []

    @inlinable
    init() {}

    @inlinable
    var first: Int64? { entries.first?.time }

    /// Bytes of memory, without what keys have elsewhere.
    @inlinable
    var bytes: Int { entries.capacity * MemoryLayout<(time: Int64, hash: UInt64, key: Key)>.stride }

    @inlinable
    func precedes(_ left: Int, _ right: Int) -> Bool {
        (entries[left].time, entries[left].hash) < (entries[right].time, entries[right].hash)
    }

    @inlinable
    mutating func insert(_ time: Int64, _ key: Key) {
        entries.append((time, key.frozenHash, key))
        var place = entries.count - 1
        while place > 0, precedes(place, (place - 1) / 2) {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the earliest if it is not after `time`.
    @inlinable
    mutating func take(upTo time: Int64) -> (Int64, Key)? {
        guard let first = entries.first, first.time <= time else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < entries.count && precedes(child, least) {
                least = child
            }
            if least == place { break }
            entries.swapAt(place, least)
            place = least
        }
        return (first.time, first.key)
    }
}
