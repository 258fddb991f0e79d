extension KeyedTable {
    /// Grows to where that many entries fit.
    @inlinable
    package func makeRoom(forAtLeast entries: Int) {
        guard entries >= growAt else { return }
        var wanted = homes
        while wanted * 5 / 8 <= entries { wanted *= 2 }
        rebuild(homes: wanted) { _ in true }
    }

    /// Makes room for more: doubles, or grows by a quarter, as far as the budget has it; else drops what the store has;
    /// else grows by a quarter all the same, and says that memory is short.
    @inlinable
    @inline(never)
    package func makeRoom() {
        guard store != nil else { return rebuild(homes: homes * 2) { _ in true } }
        let quarterMore = homes + homes / 4 + 16
        // With room for all of it to change within one epoch.
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

    /// Lets the budget take memory back between two batches.
    @inlinable
    package func register() {
        if isRegistered { return }
        isRegistered = true
        budget.register(ObjectIdentifier(self)) { [unowned self] in shrink() }
    }

    /// Makes the tail twice as long: it is full, and the last slot has to stay empty. Everything else lies as it did.
    ///
    /// A fair hash makes that all but impossible; but hashes come from outside. Keys of one hash are found one after the
    /// other, so that it gets slow, not wrong.
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

    /// Moves the entries that `keep` wants into new memory. What has been moved is let go of on the way, so that old and
    /// new together take no more than the larger of the two.
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
