/// Counts by the numbers of buckets, which lie next to each other: at most `limit` of them, and where there would be more
/// the lowest are joined.
///
/// After any number of additions, each count is in the bucket that it was added to or, if that is lower, in the lowest of
/// the `limit` buckets that end with the highest: the order does not matter.
struct SketchBuckets: Equatable, Sendable {
    /// The number of the first count's bucket.
    private(set) var lowest = 0
    /// The first and the last are not zero.
    private(set) var counts: [Int] = []
    /// All counts together.
    private(set) var total = 0

    /// Of no counts.
    init() {}

    /// Counts beginning with those of bucket `lowest`; the first and the last must not be zero.
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

    /// Extends the buckets to a higher one, and joins those that are then too low.
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
        // From above, so that nothing is joined twice.
        for index in other.counts.indices.reversed() where other.counts[index] > 0 {
            add(other.counts[index], to: other.lowest &+ index, limit: limit)
        }
    }

    func forEach(_ body: (_ bucket: Int, _ count: Int) -> Void) {
        for (index, count) in counts.enumerated() where count > 0 { body(lowest &+ index, count) }
    }

    /// The bucket that the `rank`th number is in, counted from 0 in ascending order.
    func bucket(at rank: Int) -> Int {
        var below = 0
        for (index, count) in counts.enumerated() {
            below &+= count
            if below > rank { return lowest &+ index }
        }
        return highest
    }
}
