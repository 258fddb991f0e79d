extension KeyedTable {
    /// Brings in the part of the store around `hash`, which is not in memory.
    @inlinable
    @inline(never)
    func load(_ hash: UInt64) throws {
        guard let store else { return }
        let step = loaded.hashes(around: hash)
        isLoading = true
        defer { isLoading = false }
        try store.visit(max(step.lowerBound, low)...min(step.upperBound, high)) { hash, remainder, value in
            insertLoaded(
                hash, try Key.decodeRemainder(from: &remainder), try Value.decode(from: &value))
        }
        loaded.insert(hash)
    }

    /// Brings in everything that is not in memory yet, in order.
    @inlinable
    func loadAll() throws {
        guard !loaded.isComplete, store != nil else { return }
        var hash = low
        while true {
            if !loaded.contains(hash) { try load(hash) }
            let last = loaded.hashes(around: hash).upperBound
            if loaded.isComplete || last >= high { return }
            hash = last + 1
        }
    }

    @inlinable
    func insertLoaded(_ hash: UInt64, _ remainder: Key.Remainder, _ value: Value) {
        var index = firstEmpty(hash)
        while live >= growAt || index == slotCount {
            makeRoom()
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
