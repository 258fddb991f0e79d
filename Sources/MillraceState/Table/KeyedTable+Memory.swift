extension KeyedTable {
    /// Allocates empty slots for `newHomes` homes. The caller has to release the previous memory.
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

    /// Returns the number of homes per hash, as a fraction of 2^64.
    @inlinable
    package func scale(homes: Int) -> UInt64 {
        let range = high &- low &+ 1
        return range == 0 ? UInt64(homes) : range.dividingFullWidth((UInt64(homes), 0)).quotient
    }

    @inlinable var slotBytes: Int { (slotCount + 1) * MemoryLayout<Slot>.stride }

    /// Frees the memory. Entries have to be moved or destroyed before.
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

    /// Removes all entries. For tables without a store.
    @inlinable
    package func removeAllInMemory() {
        destroyEntries()
        for index in 0..<slotCount { slots[index].stamp = TableStamp.empty }
        for word in 0..<dirtyWords { dirtyGroups[word] = 0 }
        live = 0
        countHeap()
    }

    /// Updates the budget's count of the heap memory of entries, as last measured.
    @inlinable
    func countHeap() {
        let heap = heapPerEntry * live
        budget.take(heap - heapTaken)
        heapTaken = heap
    }

    /// The bytes of an entry in the store and on the heap, as last measured in this table or in a similar one.
    @inlinable
    package var entryBytes: (encoded: Int, heap: Int) {
        get { (encodedPerEntry, heapPerEntry) }
        set { (encodedPerEntry, heapPerEntry) = newValue }
    }

    /// Tells the budget that more entries will take memory until they are stored: encoded, and in the transaction that
    /// stores them.
    @inlinable
    @inline(never)
    func announceChanges() {
        countHeap()
        guard store != nil else { return }
        let bytes = (announceMask + 1) * encodedPerEntry * 2
        announced += bytes
        budget.expect(bytes)
    }

    /// Withdraws what was announced to the budget, at the end of the epoch: the changes are encoded or no longer
    /// needed.
    @inlinable
    func withdrawChanges() {
        budget.expect(-announced)
        announced = 0
        changes = 0
    }
}
