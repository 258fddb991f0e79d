/// The state of a key: records whose time has not come yet, partial matches, and the records that these have taken.
@usableFromInline
struct PatternState<Record: StateValue>: Sendable {
    /// A record and its time in milliseconds since 1970.
    @usableFromInline
    struct Event: Sendable {
        /// The number of the record among those offered to partial matches; 0 before.
        @usableFromInline var number: Int
        @usableFromInline var time: Int64
        @usableFromInline var record: Record

        @inlinable
        init(number: Int = 0, time: Int64, record: Record) {
            self.number = number
            self.time = time
            self.record = record
        }
    }

    /// Records not offered yet, ordered by time and then by arrival.
    @usableFromInline var pending: [Event] = []
    /// Partial matches in the order of their first records.
    @usableFromInline var partials: [PartialMatch] = []
    /// All records that a partial match has taken, by number.
    @usableFromInline var taken: [Event] = []
    /// The number of the last record offered.
    @usableFromInline var lastNumber = 0
    /// The time of the key's timer, in milliseconds since 1970.
    @usableFromInline var wakeTime: Int64?

    @inlinable
    init() {}

    /// Whether the state can be removed.
    @inlinable var isEmpty: Bool { pending.isEmpty && partials.isEmpty }

    /// Adds a record whose time has not come yet.
    @inlinable
    mutating func insert(_ record: Record, _ time: Int64) {
        var (low, high) = (0, pending.count)
        while low < high {
            let middle = (low + high) / 2
            if pending[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        pending.insert(Event(time: time, record: record), at: low)
    }

    /// Returns the record with a number.
    @inlinable
    func event(_ number: Int) -> Event? {
        var (low, high) = (0, taken.count)
        while low < high {
            let middle = (low + high) / 2
            if taken[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < taken.count && taken[low].number == number ? taken[low] : nil
    }

    /// Removes records that no partial match needs any more.
    @inlinable
    mutating func sweep() {
        guard !partials.isEmpty else { return taken.removeAll() }
        let needed = partials.reduce(into: Set<Int>()) { $0.formUnion($1.numbers) }
        if needed.count < taken.count { taken.removeAll { !needed.contains($0.number) } }
    }
}

/// A partial match: how many records each step has so far, and which.
@usableFromInline
struct PartialMatch: Sendable {
    /// The number of records of each step that has started; the last one is the current step.
    @usableFromInline var counts: [Int]
    /// The numbers of all records taken, in ascending order.
    @usableFromInline var numbers: [Int]
    @usableFromInline var firstTime: Int64
    @usableFromInline var lastTime: Int64
    /// Whether a record since the last one taken excludes the next step (`without`).
    @usableFromInline var isBlocked = false

    @inlinable
    init(number: Int, time: Int64) {
        counts = [1]
        numbers = [number]
        firstTime = time
        lastTime = time
    }

    @inlinable
    init(counts: [Int], numbers: [Int], firstTime: Int64, lastTime: Int64, isBlocked: Bool) {
        self.counts = counts
        self.numbers = numbers
        self.firstTime = firstTime
        self.lastTime = lastTime
        self.isBlocked = isBlocked
    }

    @inlinable var step: Int { counts.count - 1 }
    @inlinable var countInStep: Int { counts[counts.count - 1] }

    /// Returns whether no record lies between the last one taken and the one with this number.
    @inlinable
    func isDirectlyBefore(_ number: Int) -> Bool { numbers[numbers.count - 1] &+ 1 == number }

    @inlinable
    mutating func take(_ number: Int, _ time: Int64) {
        numbers.append(number)
        lastTime = time
        isBlocked = false
    }
}
