import MillraceLMDB

/// Reads a task's share of the stored state. Entries of the journal take precedence over those of the tree, newest
/// first.
///
/// Reading begins with the first look-up of a batch and ends with `release`, before the task suspends. Between two
/// batches no transaction is open.
package final class StateReader {
    private let store: CheckpointStore
    private let reader: Reader
    private var seen: Reader.Snapshot?
    private var journals: [StateID: JournalView] = [:]
    private let horizon: CommitHorizon?
    /// The last stored checkpoint at the time when reading began.
    private var began: UInt64?

    /// Creates a reader.
    ///
    /// - Parameter horizon: the last stored checkpoint, while further ones are being stored.
    package init(store: CheckpointStore, horizon: CommitHorizon? = nil) throws {
        self.store = store
        self.horizon = horizon
        reader = try store.environment.makeReader()
    }

    /// Ends reading.
    package func release() {
        reader.end()
        began = nil
    }

    /// The last checkpoint that a look-up sees. Changes stored after reading began are not seen before `release`, and
    /// must not be evicted from memory until then.
    package var committed: UInt64 { began ?? horizon?.value ?? 0 }

    /// Calls `body` for the live entries of a range of hashes, in order.
    package func visit(
        _ state: StateID, _ slice: Slice, _ hashes: ClosedRange<UInt64>,
        _ body: (UInt64, inout ByteReader, inout ByteReader) throws -> Void
    ) throws {
        do {
            let journal = try begin(state)
            var (runs, drops) = journal.runs(slice, hashes)
            let tree = try segments(TreeBlocks(state: state, slice: slice, path: store.path), hashes)
            if !tree.isEmpty { runs.append(Run(checkpoint: .none, segments: tree)) }
            if runs.isEmpty { return }
            var merge = RunMerge(runs, drops: drops, hashes: hashes)
            while let entry = try merge.next() {
                if entry.isTombstone { continue }
                let (remainder, value) = try entry.view.parts(entry.stored)
                var remainderReader = ByteReader(remainder)
                var valueReader = ByteReader(value)
                try body(entry.hash, &remainderReader, &valueReader)
            }
        } catch let error as StateDecodingError {
            throw StateError.damaged(store.path, "state \(state.value): \(error)")
        } catch let error as LMDBError {
            throw CheckpointStore.stateError(error, path: store.path)
        }
    }

    /// Returns the segments of the tree's blocks that overlap some hashes.
    private func segments(_ blocks: TreeBlocks, _ hashes: ClosedRange<UInt64>) throws -> [SegmentView] {
        let cursor = try reader.cursor(store.tree)
        var segments: [SegmentView] = []
        var block = try blocks.block(at: hashes.lowerBound, cursor)
        while let found = block, found.bound <= hashes.upperBound {
            segments.append(found.segment)
            block = try blocks.next(cursor, after: found.bound)
        }
        return segments
    }

    /// Returns the slices of a state that have entries, or had some that are not folded yet, in order.
    package func slices(_ state: StateID) throws -> [Slice] {
        do {
            return try findSlices(state)
        } catch let error as LMDBError {
            throw CheckpointStore.stateError(error, path: store.path)
        }
    }

    private func findSlices(_ state: StateID) throws -> [Slice] {
        let journal = try begin(state)
        var slices = Set(journal.slices)
        let cursor = try reader.cursor(store.tree)
        var key = Slice(.min)
        while true {
            let entry = try StoreKeys.withTreeKey(state, key, 0) { try cursor.seek($0) }
            guard let entry, let found = StoreKeys.treeKey(entry.key), found.state == state else { break }
            guard found.slice.value >= key.value else {
                throw StateError.damaged(store.path, "the slices of state \(state.value) are not in order")
            }
            slices.insert(found.slice)
            guard found.slice.value < .max else { break }
            key = Slice(found.slice.value + 1)
        }
        return slices.sorted()
    }

    private func begin(_ state: StateID) throws -> JournalView {
        // The order matters: checkpoints up to the horizon are stored before the snapshot is taken.
        if began == nil { began = horizon?.value }
        let snapshot = try reader.begin()
        if snapshot != seen {
            journals.removeAll(keepingCapacity: true)
            seen = snapshot
        }
        if let journal = journals[state] { return journal }
        let journal = try JournalView(
            state: state, try reader.cursor(store.journal), verified: store.verified, path: store.path)
        journals[state] = journal
        return journal
    }
}
