extension KeyedTable {
    /// Loads the step of `hash` from the store, which is not or only partly in memory. Other entries may be evicted for
    /// it.
    @inlinable
    @inline(never)
    package func load(_ hash: UInt64) throws {
        guard store != nil else { return }
        if live + LoadedRanges.entriesPerStep >= growAt { makeRoom() }
        let before = live
        try bringIn(loaded.hashes(around: hash))
        loaded.insert(hash)
        if live - before > 4 * LoadedRanges.entriesPerStep { loaded.refine(low...high, perStep: live - before) }
    }

    /// Loads everything that is not in memory yet, in order.
    @inlinable
    package func loadAll() throws { try load(from: low, through: high) }

    /// Loads the steps of a range of hashes that are not in memory yet, many at a time. Nothing is evicted for them.
    @inlinable
    package func load(from first: UInt64, through last: UInt64) throws {
        guard !loaded.isComplete, store != nil else { return }
        var hash = first
        while true {
            var part = loaded.hashes(around: hash)
            if !loaded.contains(hash) {
                part = loaded.missing(from: hash, steps: 1024, through: last)
                try bringIn(part)
                loaded.insert(part)
            }
            if loaded.isComplete || part.upperBound >= last { return }
            hash = part.upperBound + 1
        }
    }

    @inlinable
    func bringIn(_ part: ClosedRange<UInt64>) throws {
        guard let store else { return }
        isLoading = true
        defer { isLoading = false }
        try store.visit(max(part.lowerBound, low)...min(part.upperBound, high)) { hash, remainder, value in
            insertLoaded(
                hash, try Key.decodeRemainder(from: &remainder), try Value.decode(from: &value))
        }
    }

    /// Whether everything in the store would fit the budget.
    @inlinable
    package var fitsBudget: Bool {
        loaded.isComplete
            || budget.allows(loaded.stepCount * LoadedRanges.entriesPerStep * MemoryLayout<Slot>.stride * 2)
    }

    /// Calls `body` for all stored entries without loading them. Only for a table that nothing has been added to yet.
    @inlinable
    package func forEachStored(_ body: (Key, Value) throws -> Void) throws {
        guard let store else { return }
        let part = (high - low) / 64 + 1
        var first = low
        while true {
            let last = high - first < part ? high : first + (part - 1)
            try store.visit(first...last) { hash, remainder, value in
                try body(
                    Key(hash: hash, remainder: try Key.decodeRemainder(from: &remainder)),
                    try Value.decode(from: &value))
            }
            if last == high { return }
            first = last + 1
        }
    }

    @inlinable
    func insertLoaded(_ hash: UInt64, _ remainder: Key.Remainder, _ value: Value) {
        // The entry in memory is newer.
        var index = home(hash)
        while slots[index].stamp != TableStamp.empty {
            if slots[index].hash == hash,
                Key.hashIsUnique || Key(hash: hash, remainder: remainder).matches(slots[index].remainder)
            {
                return
            }
            index &+= 1
        }
        while true {
            if live >= growAt {
                makeRoom()
            } else if index == slotCount {
                lengthenTail()
            } else if index &- home(hash) > 256, homes < live &* 16 {
                // The loaded entries cluster in one part of the table.
                rebuild(homes: homes + homes / 2) { _ in true }
            } else {
                break
            }
            index = firstEmpty(hash)
        }
        place(Slot(hash: hash, value: value, remainder: remainder, stamp: TableStamp.loaded), at: index)
    }

    @inlinable
    func firstEmpty(_ hash: UInt64) -> Int {
        var index = home(hash)
        while slots[index].stamp != TableStamp.empty { index &+= 1 }
        return index
    }
}
