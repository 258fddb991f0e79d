/// What is kept of a key: records whose time has not come yet, partial matches, and the records that these have taken.
@usableFromInline
struct PatternState<Record: StateValue>: Sendable {
    /// A record and its time in milliseconds.
    @usableFromInline
    struct Event: Sendable {
        /// Of the records that were offered to partial matches; 0 before.
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

    /// Not offered yet: in the order of time, then of arrival.
    @usableFromInline var pending: [Event] = []
    /// In the order of their beginnings.
    @usableFromInline var partials: [PartialMatch] = []
    /// All records that any partial match has taken, by number.
    @usableFromInline var taken: [Event] = []
    /// The number of the last record offered.
    @usableFromInline var lastNumber = 0
    /// When the key's timer is set.
    @usableFromInline var wakeTime: Int64?

    @inlinable
    init() {}

    /// Whether nothing depends on it.
    @inlinable var isEmpty: Bool { pending.isEmpty && partials.isEmpty }

    /// Notes a record whose time has not come.
    @inlinable
    mutating func insert(_ record: Record, _ time: Int64) {
        var (low, high) = (0, pending.count)
        while low < high {
            let middle = (low + high) / 2
            if pending[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        pending.insert(Event(time: time, record: record), at: low)
    }

    /// The record of a number.
    @inlinable
    func event(_ number: Int) -> Event? {
        var (low, high) = (0, taken.count)
        while low < high {
            let middle = (low + high) / 2
            if taken[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < taken.count && taken[low].number == number ? taken[low] : nil
    }

    /// Forgets records that no partial match has any more.
    @inlinable
    mutating func sweep() {
        guard !partials.isEmpty else { return taken.removeAll() }
        let needed = partials.reduce(into: Set<Int>()) { $0.formUnion($1.numbers) }
        if needed.count < taken.count { taken.removeAll { !needed.contains($0.number) } }
    }
}

/// A match that may become whole: how many records each step has so far, and which.
@usableFromInline
struct PartialMatch: Sendable {
    /// Of each step that was begun, the last of them the one it is in.
    @usableFromInline var counts: [Int]
    /// Of all records taken, in ascending order.
    @usableFromInline var numbers: [Int]
    @usableFromInline var firstTime: Int64
    @usableFromInline var lastTime: Int64
    /// Since the last record taken there was one that must not lie before the next step.
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

    /// Whether no record lies between the last one taken and that of a number.
    @inlinable
    func isDirectlyBefore(_ number: Int) -> Bool { numbers[numbers.count - 1] &+ 1 == number }

    @inlinable
    mutating func take(_ number: Int, _ time: Int64) {
        numbers.append(number)
        lastTime = time
        isBlocked = false
    }
}
