/// Which parts of its hash range a table holds in memory, in equal steps of the hash.
///
/// A key that is looked up in a part that is not loaded brings in the whole part: its entries lie side by side in the
/// store, so that loading eight costs little more than looking up one, and a key that does not exist is known not to
/// without a look at the file. Of a step that is *known*, whatever has left memory is noted in `EvictedKeys`.
@usableFromInline
package struct LoadedRanges {
    @usableFromInline package var isComplete = true
    @usableFromInline package var shift: UInt64 = 63
    @usableFromInline var firstStep: UInt64 = 0
    @usableFromInline package var bits: [UInt64] = []
    /// Steps that were in memory as a whole once: all that is loaded, and more.
    private var known: [UInt64] = []
    private var missing = 0

    /// Entries that one step should hold.
    @inlinable static var entriesPerStep: Int { 8 }

    package init() {}

    /// Cuts `hashes` into steps of about `entriesPerStep` of `entries`, all loaded or none.
    mutating func divide(_ hashes: ClosedRange<UInt64>, entries: Int, loaded: Bool) {
        let steps = max(1, entries / Self.entriesPerStep)
        let span = hashes.upperBound - hashes.lowerBound
        shift = 0
        while span >> shift >= UInt64(steps) && shift < 63 { shift += 1 }
        firstStep = hashes.lowerBound >> shift
        let count = Int(hashes.upperBound >> shift - firstStep) + 1
        bits = Array(repeating: loaded ? .max : 0, count: (count + 63) / 64)
        known = bits
        missing = loaded ? 0 : count
        isComplete = loaded
    }

    @inlinable
    package func step(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> shift &- firstStep) }

    @inlinable
    package func contains(_ hash: UInt64) -> Bool {
        if isComplete { return true }
        let step = step(of: hash)
        return bits[step >> 6] & (1 << UInt64(step & 63)) != 0
    }

    /// Whether what the store has of the step, and memory has not, was noted.
    @usableFromInline
    package func isKnown(_ hash: UInt64) -> Bool { isComplete || isKnown(step: step(of: hash)) }

    package func isKnown(step: Int) -> Bool { known[step >> 6] & (1 << UInt64(step & 63)) != 0 }

    /// The notes are gone: what is not loaded is not known either.
    mutating func forgetKnown() { known = bits }

    /// The hashes of the step that `hash` is in.
    @usableFromInline
    package func hashes(around hash: UInt64) -> ClosedRange<UInt64> {
        let first = (hash >> shift) << shift
        return first...(first | ((UInt64(1) << shift) &- 1))
    }

    /// How many hashes that many steps have.
    @usableFromInline
    package func hashes(inSteps count: Int) -> UInt64 { shift >= 50 ? .max : UInt64(count) << shift }

    /// The hashes of steps that are not loaded, one after the other from that of `hash`, which is not: so many at most, up to
    /// that of `last`.
    @usableFromInline
    package func missing(from hash: UInt64, steps: UInt64, through last: UInt64) -> ClosedRange<UInt64> {
        let first = hash >> shift
        var end = first
        while end < last >> shift, end - first + 1 < steps, !contains((end + 1) << shift) { end += 1 }
        return first << shift...(end << shift | ((UInt64(1) << shift) &- 1))
    }

    /// All of these steps are loaded now.
    @usableFromInline
    package mutating func insert(_ part: ClosedRange<UInt64>) {
        for number in part.lowerBound >> shift...part.upperBound >> shift { insert(step: Int(number - firstStep)) }
    }

    @usableFromInline
    package mutating func insert(_ hash: UInt64) { insert(step: step(of: hash)) }

    @usableFromInline
    package mutating func insert(step: Int) {
        guard bits[step >> 6] & (1 << UInt64(step & 63)) == 0 else { return }
        bits[step >> 6] |= 1 << UInt64(step & 63)
        known[step >> 6] |= 1 << UInt64(step & 63)
        missing -= 1
        if missing == 0 { isComplete = true }
    }

    @usableFromInline
    package mutating func remove(step: Int) {
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

    /// Steps that refining one by one comes to at most: keys of one hash lie in one step however fine it is.
    private static var mostSteps: UInt64 { 1 << 24 }

    /// Makes the steps finer where one has held `perStep` entries, many more than it should.
    @usableFromInline
    mutating func refine(_ hashes: ClosedRange<UInt64>, perStep: Int) {
        let span = (hashes.upperBound - hashes.lowerBound) >> shift
        guard !isComplete, span < Self.mostSteps / 2 else { return }
        let steps = min(Int(span) + 1, Int(Self.mostSteps) / perStep * LoadedRanges.entriesPerStep)
        refine(hashes, entries: steps * perStep)
    }

    /// Makes the steps finer for `entries`, each part loaded and known or not as it was.
    mutating func refine(_ hashes: ClosedRange<UInt64>, entries: Int) {
        let before = self
        divide(hashes, entries: entries, loaded: true)
        guard !before.isComplete else { return }
        if before.shift <= shift {
            self = before
            return
        }
        let count = Int(hashes.upperBound >> shift - firstStep) + 1
        for step in 0..<count {
            let first = max((firstStep + UInt64(step)) << shift, hashes.lowerBound)
            if !before.contains(first) { remove(step: step) }
            if !before.isKnown(first) { known[step >> 6] &= ~(1 << UInt64(step & 63)) }
        }
    }
}
