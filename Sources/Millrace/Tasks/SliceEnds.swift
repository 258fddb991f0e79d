/// The ends of the slices of a table, in order. Slices come at the end and go at the beginning, which takes the same time
/// however many there are.
@usableFromInline
struct SliceEnds: Sequence {
    /// The ends from `head` on; those before it are gone.
    @usableFromInline var stored: [Int64] = []
    @usableFromInline var head = 0

    @inlinable
    init() {}

    @inlinable
    var count: Int { stored.count &- head }

    @inlinable
    var first: Int64? { head < stored.count ? stored[head] : nil }

    @inlinable
    func makeIterator() -> IndexingIterator<ArraySlice<Int64>> { stored[head...].makeIterator() }

    /// The ends after `start` up to and including `last`.
    @inlinable
    func ends(after start: Int64, through last: Int64) -> ArraySlice<Int64> {
        let from = place(after: start)
        return stored[from..<Swift.max(from, place(after: last))]
    }

    /// The index of the first end that is greater than `value`.
    @inlinable
    func place(after value: Int64) -> Int {
        var (low, high) = (head, stored.count)
        while low < high {
            let middle = (low &+ high) / 2
            if stored[middle] > value { high = middle } else { low = middle &+ 1 }
        }
        return low
    }

    /// Adds an end, which has to be new.
    @inlinable
    mutating func insert(_ end: Int64) {
        if let last = stored.last, last > end, count > 0 {
            stored.insert(end, at: place(after: end))
        } else {
            stored.append(end)
        }
    }

    /// Removes an end, if it is there.
    @inlinable
    mutating func remove(_ end: Int64) {
        let place = place(after: end) &- 1
        guard place >= head, stored[place] == end else { return }
        guard place == head else {
            stored.remove(at: place)
            return
        }
        head &+= 1
        // Each removal pays for one place that is moved.
        if head &* 2 > stored.count {
            stored.removeFirst(head)
            head = 0
        }
    }
}
