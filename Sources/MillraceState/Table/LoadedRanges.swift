/// The parts of its hash range that a table holds in memory, in equal steps of the hash.
///
/// Looking up a key in a step that is not loaded loads the whole step. Its entries are adjacent in the store, so that
/// loading eight costs little more than looking up one, and a missing key of a loaded step is known to be missing
/// without reading the file. If a step is *known*, all its entries that have been evicted from memory are recorded in
/// `EvictedKeys`.
@usableFromInline
package struct LoadedRanges {
    @usableFromInline package var isComplete = true
    @usableFromInline package var shift: UInt64 = 63
    @usableFromInline var firstStep: UInt64 = 0
    @usableFromInline package var bits: [UInt64] = []
    /// The steps that were completely in memory once: all that are loaded, and more.
    private var known: [UInt64] = []
    private var missing = 0

    /// The number of entries that one step should hold.
    @inlinable static var entriesPerStep: Int { 8 }

    package init() {}

    /// Divides `hashes` into steps of about `entriesPerStep` of `entries`, either all loaded or none.
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

    /// Whether all entries of the step that are only in the store are recorded as evicted.
    @usableFromInline
    package func isKnown(_ hash: UInt64) -> Bool { isComplete || isKnown(step: step(of: hash)) }

    package func isKnown(step: Int) -> Bool { known[step >> 6] & (1 << UInt64(step & 63)) != 0 }

    /// Called when the evicted keys are cleared: steps that are not loaded are not known either.
    mutating func forgetKnown() { known = bits }

    /// Returns the hashes of the step that contains `hash`.
    @usableFromInline
    package func hashes(around hash: UInt64) -> ClosedRange<UInt64> {
        let first = (hash >> shift) << shift
        return first...(first | ((UInt64(1) << shift) &- 1))
    }

    /// Returns the number of hashes in `count` steps.
    @usableFromInline
    package func hashes(inSteps count: Int) -> UInt64 { shift >= 50 ? .max : UInt64(count) << shift }

    /// Returns the hashes of consecutive steps that are not loaded, from that of `hash` on, which must not be loaded:
    /// at most `steps` of them, up to that of `last`.
    @usableFromInline
    package func missing(from hash: UInt64, steps: UInt64, through last: UInt64) -> ClosedRange<UInt64> {
        let first = hash >> shift
        var end = first
        while end < last >> shift, end - first + 1 < steps, !contains((end + 1) << shift) { end += 1 }
        return first << shift...(end << shift | ((UInt64(1) << shift) &- 1))
    }

    /// Marks all steps of `part` as loaded.
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

    /// The number of entries in memory beyond which the steps are too coarse.
    @usableFromInline
    var stepCapacity: Int { bits.count * 64 * Self.entriesPerStep * 4 }

    /// The maximum number of steps that refining single steps leads to: keys of the same hash stay in one step however
    /// fine it is.
    private static var mostSteps: UInt64 { 1 << 24 }

    /// Refines the steps after one of them held `perStep` entries, many more than it should.
    @usableFromInline
    mutating func refine(_ hashes: ClosedRange<UInt64>, perStep: Int) {
        let span = (hashes.upperBound - hashes.lowerBound) >> shift
        guard !isComplete, span < Self.mostSteps / 2 else { return }
        let steps = min(Int(span) + 1, Int(Self.mostSteps) / perStep * LoadedRanges.entriesPerStep)
        refine(hashes, entries: steps * perStep)
    }

    /// Refines the steps for `entries`. Each part stays loaded and known, or not, as it was.
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
