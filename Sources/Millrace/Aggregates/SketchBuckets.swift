/// Counts per bucket, for buckets with consecutive numbers: at most `limit`; where there would be more, the lowest are
/// merged.
///
/// After any sequence of additions, each count is in the bucket that it was added to or, if that is lower, in the
/// lowest of the `limit` buckets that end with the highest. The order of additions does not matter.
struct SketchBuckets: Equatable, Sendable {
    /// The number of the first bucket.
    private(set) var lowest = 0
    /// The count of each bucket; the first and the last are not zero.
    private(set) var counts: [Int] = []
    /// The sum of all counts.
    private(set) var total = 0

    /// Creates empty buckets.
    init() {}

    /// Creates buckets from counts that begin with bucket `lowest`; the first and the last must not be zero.
    init(lowest: Int, counts: [Int], total: Int) {
        self.lowest = lowest
        self.counts = counts
        self.total = total
    }

    private var highest: Int { lowest &+ counts.count &- 1 }

    mutating func add(_ count: Int, to bucket: Int, limit: Int) {
        total &+= count
        if counts.isEmpty {
            lowest = bucket
            counts = [count]
            return
        }
        if bucket > highest { makeRoom(upTo: bucket, limit: limit) }
        let bucket = Swift.max(bucket, highest &- limit &+ 1)
        if bucket < lowest {
            counts.insert(contentsOf: repeatElement(0, count: lowest &- bucket), at: 0)
            lowest = bucket
        }
        counts[bucket &- lowest] &+= count
    }

    /// Extends the buckets up to a higher one, and merges those that are then too low.
    private mutating func makeRoom(upTo bucket: Int, limit: Int) {
        let floor = bucket &- limit &+ 1
        if floor > lowest {
            let tooLow = Swift.min(floor &- lowest, counts.count)
            let joined = counts[..<tooLow].reduce(0, &+)
            counts.removeFirst(tooLow)
            if counts.isEmpty { counts = [joined] } else { counts[0] &+= joined }
            lowest = floor
        }
        counts.append(contentsOf: repeatElement(0, count: bucket &- highest))
    }

    mutating func merge(_ other: SketchBuckets, limit: Int) {
        // From the highest, so that nothing is merged twice.
        for index in other.counts.indices.reversed() where other.counts[index] > 0 {
            add(other.counts[index], to: other.lowest &+ index, limit: limit)
        }
    }

    func forEach(_ body: (_ bucket: Int, _ count: Int) -> Void) {
        for (index, count) in counts.enumerated() where count > 0 { body(lowest &+ index, count) }
    }

    /// Returns the bucket of the number with the given rank, counted from 0 in ascending order.
    func bucket(at rank: Int) -> Int {
        var below = 0
        for (index, count) in counts.enumerated() {
            below &+= count
            if below > rank { return lowest &+ index }
        }
        return highest
    }
}
