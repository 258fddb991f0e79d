extension KeyedTable {
    /// Grows the table so that `entries` fit.
    @inlinable
    package func makeRoom(forAtLeast entries: Int) {
        guard entries >= growAt else { return }
        var wanted = homes
        while wanted * 5 / 8 <= entries { wanted *= 2 }
        rebuild(homes: wanted) { _ in true }
    }

    /// Makes room for more entries: doubles the table, or grows it by a quarter, as far as the budget allows. Otherwise
    /// it evicts entries that are in the store. If that fails, it grows by a quarter beyond the budget and reports
    /// memory pressure.
    @inlinable
    @inline(never)
    package func makeRoom() {
        guard store != nil else { return rebuild(homes: homes * 2) { _ in true } }
        let quarterMore = homes + homes / 4 + 16
        // Includes the memory for all entries changing within one epoch.
        if budget.allows(slotBytes + live * encodedPerEntry * 2 - announced) {
            return rebuild(homes: homes * 2) { _ in true }
        }
        if budget.allows(slotBytes / 4) { return rebuild(homes: quarterMore) { _ in true } }
        register()
        if !isLoading {
            if evict(wanted: live / 2) { return }
            budget.notePressure()
        }
        rebuild(homes: quarterMore) { _ in true }
    }

    /// Registers the table with the budget, which may shrink it between two batches.
    @inlinable
    package func register() {
        if isRegistered { return }
        isRegistered = true
        budget.register(ObjectIdentifier(self)) { [unowned self] in shrink() }
    }

    /// Doubles the tail, which is full, since the last slot has to stay empty. All other entries keep their slots.
    ///
    /// With a well-distributed hash this is practically impossible, but hashes are supplied by users. Keys with equal
    /// hashes are found by linear search, so that the table becomes slow but stays correct.
    @inlinable
    @inline(never)
    func lengthenTail() {
        let (oldSlots, oldCount, oldBytes) = (slots, slotCount, slotBytes)
        let (oldGroups, oldWords) = (dirtyGroups, dirtyWords)
        tail *= 2
        allocate(homes: homes)
        for index in 0..<oldCount where oldSlots[index].stamp != TableStamp.empty {
            (slots + index).moveInitialize(from: oldSlots + index, count: 1)
        }
        dirtyGroups.update(from: oldGroups, count: oldWords)
        oldGroups.deallocate()
        TableMemory.deallocate(oldSlots, bytes: oldBytes)
        budget.giveBack(oldBytes)
    }

    /// Moves the entries that `keep` selects into new memory. The old memory is released progressively, so that old and
    /// new memory together do not exceed the larger of the two.
    @inlinable
    func rebuild(homes newHomes: Int, keep: (Int) -> Bool) {
        let (oldSlots, oldCount, oldBytes) = (slots, slotCount, slotBytes)
        budget.giveBack(oldBytes)
        dirtyGroups.deallocate()
        allocate(homes: newHomes)
        live = 0
        var letGo = 0
        for index in 0..<oldCount where oldSlots[index].stamp != TableStamp.empty {
            let slot = oldSlots + index
            let stamp = slot.pointee.stamp
            if !keep(index) {
                slot.deinitialize(count: 1)
                continue
            }
            var place = home(slot.pointee.hash)
            while slots[place].stamp != TableStamp.empty { place &+= 1 }
            if place == slotCount { lengthenTail() }
            (slots + place).moveInitialize(from: slot, count: 1)
            live &+= 1
            if stamp & TableStamp.epochMask == epoch {
                dirtyGroups[place &>> 12] |= 1 &<< UInt64(truncatingIfNeeded: place &>> 6 & 63)
            }
            if (index &- letGo) &* MemoryLayout<Slot>.stride >= TableMemory.releaseStep {
                TableMemory.letGo(oldSlots + letGo, through: oldSlots + index, of: oldBytes)
                letGo = index
            }
        }
        TableMemory.deallocate(oldSlots, bytes: oldBytes)
        countHeap()
    }
}
