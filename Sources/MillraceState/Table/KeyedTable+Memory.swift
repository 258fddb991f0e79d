extension KeyedTable {
    /// Takes memory for `homes` homes, all empty; what was there before has to be released by the caller.
    @inlinable
    package func allocate(homes newHomes: Int) {
        homes = newHomes
        slotCount = newHomes + tail
        growAt = newHomes * 5 / 8
        scale = scale(homes: newHomes)
        dirtyWords = (slotCount >> 12) + 1
        slots = TableMemory.allocate(bytes: slotBytes).bindMemory(to: Slot.self, capacity: slotCount + 1)
        dirtyGroups = .allocate(capacity: dirtyWords)
        dirtyGroups.initialize(repeating: 0, count: dirtyWords)
        budget.take(slotBytes)
    }

    /// Homes per hash, as a fraction of 2^64.
    @inlinable
    package func scale(homes: Int) -> UInt64 {
        let range = high &- low &+ 1
        return range == 0 ? UInt64(homes) : range.dividingFullWidth((UInt64(homes), 0)).quotient
    }

    @inlinable var slotBytes: Int { (slotCount + 1) * MemoryLayout<Slot>.stride }

    /// Gives the memory back; entries have to be moved or destroyed before.
    @inlinable
    package func release() {
        forgetEvicted()
        withdrawChanges()
        budget.giveBack(slotBytes + heapTaken + removed.count * MemoryLayout<RemovedKey>.stride)
        heapTaken = 0
        TableMemory.deallocate(slots, bytes: slotBytes)
        dirtyGroups.deallocate()
    }

    @inlinable
    func destroyEntries() {
        if _isPOD(Slot.self) { return }
        for index in 0..<slotCount where slots[index].stamp != TableStamp.empty {
            (slots + index).deinitialize(count: 1)
        }
    }

    /// Empties the table; for tables without a store.
    @inlinable
    package func removeAllInMemory() {
        destroyEntries()
        for index in 0..<slotCount { slots[index].stamp = TableStamp.empty }
        for word in 0..<dirtyWords { dirtyGroups[word] = 0 }
        live = 0
        countHeap()
    }

    /// Counts what entries have on the heap, as last measured.
    @inlinable
    func countHeap() {
        let heap = heapPerEntry * live
        budget.take(heap - heapTaken)
        heapTaken = heap
    }

    /// What an entry takes in the store, and on the heap: as last measured, or as a table like it has it.
    @inlinable
    package var entryBytes: (encoded: Int, heap: Int) {
        get { (encodedPerEntry, heapPerEntry) }
        set { (encodedPerEntry, heapPerEntry) = newValue }
    }

    /// More entries will take memory on their way to the store: encoded, and in the transaction that stores them.
    @inlinable
    @inline(never)
    func announceChanges() {
        countHeap()
        guard store != nil else { return }
        let bytes = (announceMask + 1) * encodedPerEntry * 2
        announced += bytes
        budget.expect(bytes)
    }

    /// The epoch is over: what has changed is encoded, or nobody needs it.
    @inlinable
    func withdrawChanges() {
        budget.expect(-announced)
        announced = 0
        changes = 0
    }
}
