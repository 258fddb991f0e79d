/// The timers of a keyed operator in one task: per key in a table, as other state, and ordered by time in a heap, which
/// is rebuilt from the table at start.
///
/// A heap entry whose timer was deleted is skipped when its time comes. When most entries are such, the heap is
/// cleaned.
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
    /// The part of the budget that the heaps take, in bytes.
    @usableFromInline var heapBytes = 0
    /// The input has ended: timers set by timers are ignored now, because each could set the next one indefinitely.
    @usableFromInline var isEnding = false

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

    /// Fills the heaps from the timers of the checkpoint.
    @inlinable
    func load() throws {
        if isLoaded { return }
        isLoaded = true
        try fill(&eventHeap, from: event)
        try fill(&processingHeap, from: processing)
        measureHeaps()
    }

    @inlinable
    func fill(_ heap: inout TimerHeap<Key>, from table: KeyedTable<Key, [Int64]>) throws {
        var unordered: [(hash: UInt64, key: Key)] = []
        // Entries that are only in the store stay there until their time comes: the heap has the times.
        try table.forEach { slot in
            let (times, key) = (slot.pointee.value, table.key(of: slot))
            // The order in which early versions stored them.
            if !zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) { unordered.append((slot.pointee.hash, key)) }
            for time in times { heap.insert(time, key) }
        }
        for (hash, key) in unordered { try table.update(hash, key) { [] }.pointee.value.sort(by: >) }
    }

    @inlinable
    func measureHeaps() {
        let bytes = eventHeap.bytes + processingHeap.bytes
        budget.take(bytes - heapBytes)
        heapBytes = bytes
    }

    @inlinable
    func set(_ timer: Timer, _ hash: UInt64, _ key: Key) throws {
        if isEnding { return }
        try load()
        switch timer {
        case .event(let time):
            guard try add(time.milliseconds, hash, key, to: event) else { return }
            eventHeap.insert(time.milliseconds, key)
            if eventHeap.isLitter { try clean(&eventHeap, event) }
        case .processing(let time):
            guard try add(time.milliseconds, hash, key, to: processing) else { return }
            processingHeap.insert(time.milliseconds, key)
            if processingHeap.isLitter { try clean(&processingHeap, processing) }
        }
    }

    /// Adds a timer to those of its key, which are sorted with the earliest last; returns false if it exists already.
    @inlinable
    func add(_ time: Int64, _ hash: UInt64, _ key: Key, to table: KeyedTable<Key, [Int64]>) throws -> Bool {
        if let known = try table.find(hash, key), Self.place(of: time, in: known.pointee.value).isThere { return false }
        let slot = try table.update(hash, key) { [] }
        slot.pointee.value.insert(time, at: Self.place(of: time, in: slot.pointee.value).index)
        return true
    }

    /// Returns where a time is, or is to be inserted, among times sorted with the earliest last.
    @inlinable
    static func place(of time: Int64, in times: [Int64]) -> (index: Int, isThere: Bool) {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] > time { low = middle + 1 } else { high = middle }
        }
        return (low, low < times.count && times[low] == time)
    }

    @inlinable
    func delete(_ timer: Timer, _ hash: UInt64, _ key: Key) throws {
        try load()
        switch timer {
        case .event(let time):
            if try remove(time.milliseconds, hash, key, from: event) { eventHeap.noteDeleted() }
        case .processing(let time):
            if try remove(time.milliseconds, hash, key, from: processing) { processingHeap.noteDeleted() }
        }
    }

    /// Removes a timer from its key; returns false if it does not exist.
    @inlinable
    func remove(_ time: Int64, _ hash: UInt64, _ key: Key, from table: KeyedTable<Key, [Int64]>) throws -> Bool {
        guard let slot = try table.find(hash, key) else { return false }
        let (index, isThere) = Self.place(of: time, in: slot.pointee.value)
        guard isThere else { return false }
        if slot.pointee.value.count == 1 { return try table.remove(hash, key) }
        try table.update(hash, key) { [] }.pointee.value.remove(at: index)
        return true
    }

    /// Removes the entries of deleted timers from a heap.
    @inlinable
    func clean(_ heap: inout TimerHeap<Key>, _ table: KeyedTable<Key, [Int64]>) throws {
        try heap.keep { time, key in
            try table.find(key.frozenHash, key).map { Self.place(of: time, in: $0.pointee.value).isThere } ?? false
        }
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

/// Timers ordered by time, the earliest first; equal times by the hash of the key, so that the order is deterministic.
@usableFromInline
struct TimerHeap<Key: StreamKey> {
    @usableFromInline var entries: [(time: Int64, hash: UInt64, key: Key)] = []
    /// The maximum number of entries whose timers were deleted since the heap was last cleaned.
    @usableFromInline var deleted = 0

    @inlinable
    init() {}

    @inlinable
    var first: Int64? { entries.first?.time }

    /// The memory used, in bytes, without memory that the keys hold elsewhere.
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

    @inlinable
    mutating func noteDeleted() { deleted += 1 }

    /// Whether most entries may belong to deleted timers.
    @inlinable
    var isLitter: Bool { deleted > 1024 && deleted > entries.count / 2 }

    /// Keeps only the entries that are wanted, each once.
    @inlinable
    mutating func keep(_ isWanted: (Int64, Key) throws -> Bool) rethrows {
        deleted = 0
        var kept: [(time: Int64, hash: UInt64, key: Key)] = []
        // A sorted array is a heap too.
        for entry in entries.sorted(by: { ($0.time, $0.hash) < ($1.time, $1.hash) }) {
            var isKnown = false
            for other in kept.reversed() {
                guard other.time == entry.time, other.hash == entry.hash else { break }
                if other.key == entry.key { isKnown = true }
            }
            if !isKnown, try isWanted(entry.time, entry.key) { kept.append(entry) }
        }
        entries = kept
    }

    /// Removes and returns the earliest entry if it is not after `time`.
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
