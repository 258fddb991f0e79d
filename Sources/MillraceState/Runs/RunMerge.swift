/// The entries of one slice from one place (a checkpoint's deltas, or the tree's blocks), in order.
package struct Run {
    /// The checkpoint of the entries; 0 for the tree. The newest entry of a key is valid.
    package let checkpoint: CheckpointNumber
    /// The segments, in the order of their hashes.
    package var segments: [SegmentView]
}

/// A range of hashes whose older entries are no longer valid.
package struct DroppedRange {
    package let checkpoint: CheckpointNumber
    package let hashes: ClosedRange<UInt64>
}

/// Merges several runs in the order of (hash, remainder) and returns the newest entry of each key. Tombstones are
/// returned too; entries that were invalidated by a drop are not.
package struct RunMerge {
    private struct Head {
        let checkpoint: CheckpointNumber
        let segments: [SegmentView]
        var segment = 0
        var index = 0
    }

    /// The current entry of the merge.
    package struct Entry {
        package let hash: UInt64
        package let stored: UnsafeRawBufferPointer
        let isTombstone: Bool
        let view: SegmentView
    }

    private var heads: [Head]
    private let drops: [DroppedRange]
    private let end: UInt64
    private var anyExhausted = false

    /// Creates a merge of `runs`.
    ///
    /// - Parameter hashes: the hashes whose entries are returned.
    package init(_ runs: [Run], drops: [DroppedRange], hashes: ClosedRange<UInt64>) {
        self.drops = drops
        end = hashes.upperBound
        // Newest first, so that the first of equal keys is the valid one.
        heads = runs.sorted { $0.checkpoint > $1.checkpoint }.map { run in
            Head(checkpoint: run.checkpoint, segments: run.segments.filter { $0.count > 0 })
        }
        for index in heads.indices { skip(to: hashes.lowerBound, &heads[index]) }
        heads.removeAll { $0.segment == $0.segments.count }
    }

    private func skip(to hash: UInt64, _ head: inout Head) {
        while head.segment < head.segments.count {
            let view = head.segments[head.segment]
            head.index = view.lowerBound(hash)
            if head.index < view.count { return }
            head.segment += 1
            head.index = 0
        }
    }

    /// Returns the next entry, or `nil` at the end of the range.
    package mutating func next() throws -> Entry? {
        while let entry = try nextOfAll() {
            if !isVoid(entry.entry.hash, entry.checkpoint) { return entry.entry }
        }
        return nil
    }

    private func isVoid(_ hash: UInt64, _ checkpoint: CheckpointNumber) -> Bool {
        drops.contains { $0.checkpoint > checkpoint && $0.hashes.contains(hash) }
    }

    private mutating func nextOfAll() throws -> (entry: Entry, checkpoint: CheckpointNumber)? {
        guard var best = heads.indices.first else { return nil }
        var bestHash = currentHash(best)
        var tie = false
        for index in heads.indices.dropFirst() {
            let hash = currentHash(index)
            if hash < bestHash {
                (best, bestHash, tie) = (index, hash, false)
            } else if hash == bestHash {
                tie = true
            }
        }
        guard bestHash <= end else { return nil }
        if tie { best = try resolveTie(bestHash) }
        let head = heads[best]
        let view = head.segments[head.segment]
        let stored = try view.stored(head.index)
        let entry = Entry(hash: bestHash, stored: stored, isTombstone: view.isTombstone(head.index), view: view)
        if tie { try advanceOthers(past: entry, except: best) }
        advance(best)
        if anyExhausted {
            heads.removeAll { $0.segment == $0.segments.count }
            anyExhausted = false
        }
        return (entry, head.checkpoint)
    }

    @inline(__always)
    private func currentHash(_ index: Int) -> UInt64 {
        heads[index].segments[heads[index].segment].hash(heads[index].index)
    }

    private func currentRemainder(_ index: Int) throws -> UnsafeRawBufferPointer {
        let view = heads[index].segments[heads[index].segment]
        return try view.parts(try view.stored(heads[index].index)).remainder
    }

    /// Returns the head with the least remainder among those at `hash`; of equal ones the newest.
    private func resolveTie(_ hash: UInt64) throws -> Int {
        var best = -1
        for index in heads.indices where currentHash(index) == hash {
            if best < 0 {
                best = index
            } else if try currentRemainder(index).lexicographicallyPrecedes(currentRemainder(best)) {
                best = index
            }
        }
        return best
    }

    /// Skips older entries of the same key.
    private mutating func advanceOthers(past entry: Entry, except best: Int) throws {
        let remainder = try entry.view.parts(entry.stored).remainder
        for index in heads.indices where index != best && currentHash(index) == entry.hash {
            if try currentRemainder(index).elementsEqual(remainder) { advance(index) }
        }
    }

    @inline(__always)
    private mutating func advance(_ index: Int) {
        heads[index].index += 1
        if heads[index].index == heads[index].segments[heads[index].segment].count {
            heads[index].segment += 1
            heads[index].index = 0
            anyExhausted = anyExhausted || heads[index].segment == heads[index].segments.count
        }
    }
}
