/// Entries ordered roughly by time, in buckets of some milliseconds without order within a bucket.
///
/// For large numbers of entries whose exact order does not matter. A caller that takes an entry checks whether its time
/// has come, and inserts it again if not.
@usableFromInline
struct TimeBuckets<Entry> {
    @usableFromInline
    final class Bucket {
        @exclusivity(unchecked) @usableFromInline var entries: [Entry] = []

        @inlinable
        init() {}
    }

    @usableFromInline let width: Int64
    @usableFromInline var buckets: [Int64: Bucket] = [:]
    @usableFromInline var currentNumber: Int64 = .min
    @usableFromInline var current = Bucket()
    /// The least number of a bucket.
    @usableFromInline var least: Int64 = .max

    /// - Parameter width: the width of a bucket, in milliseconds.
    @inlinable
    init(width: Int64) { self.width = max(width, 1) }

    /// The memory used, in bytes, without memory that the entries hold elsewhere.
    @inlinable
    var bytes: Int { buckets.values.reduce(0) { $0 + $1.entries.capacity } * MemoryLayout<Entry>.stride }

    @inlinable
    func number(of time: Int64) -> Int64 {
        let quotient = time / width
        return time < 0 && quotient &* width != time ? quotient &- 1 : quotient
    }

    @inlinable
    mutating func insert(_ entry: Entry, at time: Int64) {
        let number = number(of: time)
        if number != currentNumber { select(number) }
        current.entries.append(entry)
    }

    @inlinable
    @inline(never)
    mutating func select(_ number: Int64) {
        if let known = buckets[number] {
            current = known
        } else {
            current = Bucket()
            buckets[number] = current
            least = min(least, number)
        }
        currentNumber = number
    }

    /// Returns the number of entries in the buckets that `take(upTo:)` would return.
    @inlinable
    func count(upTo time: Int64) -> Int {
        let (next, overflow) = time.addingReportingOverflow(1)
        return buckets.reduce(0) { $0 + (overflow || $1.key < number(of: next) ? $1.value.entries.count : 0) }
    }

    /// Removes and returns the entries of the first bucket, if its last instant is not after `time`.
    @inlinable
    mutating func take(upTo time: Int64) -> [Entry]? {
        let (next, overflow) = time.addingReportingOverflow(1)
        guard !buckets.isEmpty, overflow || least < number(of: next), let bucket = buckets.removeValue(forKey: least)
        else {
            return nil
        }
        least = buckets.keys.min() ?? .max
        currentNumber = .min
        return bucket.entries
    }
}
