/// Which parts of its hash range a table holds in memory, in equal steps of the hash.
///
/// A key that is looked up in a part that is not loaded brings in the whole part: its entries lie side by side in the
/// store, so that loading thirty costs little more than looking up one, and a key that does not exist is known not to
/// without a look at the file.
@usableFromInline
struct LoadedRanges {
    @usableFromInline var isComplete = true
    @usableFromInline var shift: UInt64 = 63
    @usableFromInline var firstStep: UInt64 = 0
    @usableFromInline var bits: [UInt64] = []
    private var missing = 0

    /// Entries that one step should hold.
    static let entriesPerStep = 32

    init() {}

    /// Cuts `hashes` into steps of about `entriesPerStep` of `entries`, all loaded or none.
    mutating func divide(_ hashes: ClosedRange<UInt64>, entries: Int, loaded: Bool) {
        let steps = max(1, entries / Self.entriesPerStep)
        let span = hashes.upperBound - hashes.lowerBound
        shift = 0
        while span >> shift >= UInt64(steps) && shift < 63 { shift += 1 }
        firstStep = hashes.lowerBound >> shift
        let count = Int(hashes.upperBound >> shift - firstStep) + 1
        bits = Array(repeating: loaded ? .max : 0, count: (count + 63) / 64)
        missing = loaded ? 0 : count
        isComplete = loaded
    }

    @inlinable
    func step(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> shift &- firstStep) }

    @inlinable
    func contains(_ hash: UInt64) -> Bool {
        if isComplete { return true }
        let step = step(of: hash)
        return bits[step >> 6] & (1 << UInt64(step & 63)) != 0
    }

    /// The hashes of the step that `hash` is in.
    @usableFromInline
    func hashes(around hash: UInt64) -> ClosedRange<UInt64> {
        let first = (hash >> shift) << shift
        return first...(first | ((UInt64(1) << shift) &- 1))
    }

    @usableFromInline
    mutating func insert(_ hash: UInt64) { insert(step: step(of: hash)) }

    @usableFromInline
    mutating func insert(step: Int) {
        guard bits[step >> 6] & (1 << UInt64(step & 63)) == 0 else { return }
        bits[step >> 6] |= 1 << UInt64(step & 63)
        missing -= 1
        if missing == 0 { isComplete = true }
    }

    @usableFromInline
    mutating func remove(step: Int) {
        guard bits[step >> 6] & (1 << UInt64(step & 63)) != 0 else { return }
        bits[step >> 6] &= ~(1 << UInt64(step & 63))
        missing += 1
        isComplete = false
    }

    @usableFromInline
    var stepCount: Int { bits.count * 64 }

    /// Entries in memory beyond which the steps are too coarse.
    @usableFromInline
    var stepCapacity: Int { bits.count * 64 * Self.entriesPerStep * 4 }

    /// Makes the steps finer for `entries`, each part loaded or not as it was.
    mutating func refine(_ hashes: ClosedRange<UInt64>, entries: Int) {
        let before = self
        divide(hashes, entries: entries, loaded: true)
        guard !before.isComplete else { return }
        if before.shift <= shift {
            self = before
            return
        }
        let count = Int(hashes.upperBound >> shift - firstStep) + 1
        for step in 0..<count where !before.contains(max((firstStep + UInt64(step)) << shift, hashes.lowerBound)) {
            remove(step: step)
        }
    }
}
