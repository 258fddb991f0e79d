import MillraceLMDB

/// Moves the journal's deltas into the tree, in steps.
///
/// A fold processes all checkpoints that are in the journal when it begins. Until it is complete, entries of the
/// journal take precedence over those of the tree, so that a partial fold is invisible and repeating it is harmless.
/// The deltas are removed only at the end.
package struct JournalFold {
    private let store: CheckpointStore
    /// The newest checkpoint that this fold includes.
    package let last: CheckpointNumber
    private var work: [StateID]
    private var slices: [Slice]?
    private var position: UInt64 = 0
    private var dropsDone = false

    /// Creates a fold of all that `store`'s journal holds up to `last`.
    package init(_ store: CheckpointStore, states: [StateID], last: CheckpointNumber) {
        self.store = store
        self.last = last
        work = states
    }

    /// The number of bytes of entries, and of blocks rewritten for them, after which a step commits: the next
    /// checkpoint does not wait long, and the transaction, whose pages are all in memory, stays small.
    static let stepBytes = 8 << 20

    /// Performs one step in a write transaction of its own. Returns false when the fold is complete.
    package mutating func step(crash: CrashSwitch) throws -> Bool {
        guard let state = work.last else {
            try store.dropJournal(upTo: last)
            return false
        }
        // If the map has to grow, the body runs again; it then starts from the state before.
        let before = self
        var after = before
        try store.writing { transaction, seal in
            after = before
            try after.fold(state, transaction, seal)
            try crash.reach(.insideFold(last))
        }
        self = after
        return true
    }

    private mutating func fold(
        _ state: StateID, _ transaction: borrowing WriteTransaction, _ seal: Seal
    ) throws {
        let view = try JournalView(
            state: state, try transaction.cursor(store.journal), verified: store.verified, path: store.path,
            checkpoints: CheckpointNumber.none...last)
        var slices = self.slices ?? view.slices.sorted()
        var budget = Self.stepBytes
        while let slice = slices.first, budget > 0 {
            let done = try fold(
                TreeBlocks(state: state, slice: slice, path: store.path), view, transaction, seal, &budget)
            if done {
                slices.removeFirst()
                position = 0
                dropsDone = false
            }
        }
        self.slices = slices
        if slices.isEmpty {
            work.removeLast()
            self.slices = nil
        }
    }

    /// Folds one slice from `position` on. Returns true if it is complete.
    private mutating func fold(
        _ blocks: TreeBlocks, _ view: JournalView, _ transaction: borrowing WriteTransaction, _ seal: Seal,
        _ budget: inout Int
    ) throws -> Bool {
        let range = position...UInt64.max
        let (runs, drops) = view.runs(blocks.slice, range)
        if !dropsDone {
            for drop in drops { try applyDrop(drop.hashes, blocks, transaction, seal, &budget) }
            dropsDone = true
        }
        guard !runs.isEmpty else { return true }
        var merge = RunMerge(runs, drops: drops, hashes: range)
        var pending = try merge.next()
        while let first = pending {
            guard budget > 0 else {
                position = first.hash
                return false
            }
            let target = try FoldTarget(blocks, at: first.hash, store.tree, transaction)
            budget -= FoldTarget.blockSize
            var changes: [RunMerge.Entry] = []
            // At most a few blocks' worth at once; entries of one hash stay together.
            while let entry = pending, entry.hash <= target.lastHash,
                changes.count < 4096 || entry.hash == changes[changes.count - 1].hash
            {
                changes.append(entry)
                budget -= entry.stored.count + 16
                pending = try merge.next()
            }
            try target.replace(with: changes, store.tree, transaction, seal)
        }
        return true
    }

    /// Removes the tree's entries of a dropped slice.
    private func applyDrop(
        _ hashes: ClosedRange<UInt64>, _ blocks: TreeBlocks, _ transaction: borrowing WriteTransaction,
        _ seal: Seal, _ budget: inout Int
    ) throws {
        var hash = hashes.lowerBound
        while hash <= hashes.upperBound {
            let target = try FoldTarget(blocks, at: hash, store.tree, transaction)
            budget -= 4096
            try target.remove(hashes, store.tree, transaction, seal)
            guard target.lastHash < .max else { return }
            hash = target.lastHash + 1
        }
    }
}
