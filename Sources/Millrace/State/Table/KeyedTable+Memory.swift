extension KeyedTable {
    /// Slots beyond the homes, for clusters at the end.
    @inlinable static var tail: Int { 64 }

    /// Takes memory for `homes` homes, all empty; what was there before has to be released by the caller.
    @inlinable
    func allocate(homes newHomes: Int) {
        homes = newHomes
        slotCount = newHomes + Self.tail
        growAt = newHomes * 5 / 8
        let range = high &- low &+ 1
        scale = range == 0 ? UInt64(newHomes) : range.dividingFullWidth((UInt64(newHomes), 0)).quotient
        dirtyWords = (slotCount >> 12) + 1
        slots = TableMemory.allocate(bytes: slotBytes).bindMemory(to: Slot.self, capacity: slotCount + 1)
        dirtyGroups = .allocate(capacity: dirtyWords)
        dirtyGroups.initialize(repeating: 0, count: dirtyWords)
        budget.take(slotBytes)
    }

    @inlinable var slotBytes: Int { (slotCount + 1) * MemoryLayout<Slot>.stride }

    /// Gives the memory back; entries have to be moved or destroyed before.
    @inlinable
    func release() {
        budget.giveBack(slotBytes + heapTaken)
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
    func removeAllInMemory() {
        destroyEntries()
        for index in 0..<slotCount { slots[index].stamp = TableStamp.empty }
        for word in 0..<dirtyWords { dirtyGroups[word] = 0 }
        live = 0
    }

    /// Grows to where that many entries fit.
    @inlinable
    func makeRoom(forAtLeast entries: Int) {
        guard entries >= growAt else { return }
        var wanted = homes
        while wanted * 5 / 8 <= entries { wanted *= 2 }
        rebuild(homes: wanted) { _ in true }
    }

    /// Makes room for more: by evicting what the store has, if memory is short; else by doubling.
    @inlinable
    @inline(never)
    func makeRoom() {
        if !budget.allows(slotBytes), !isLoading, store != nil {
            if evict(wanted: live / 2) { return }
            budget.notePressure()
        }
        rebuild(homes: homes * 2) { _ in true }
    }

    /// Moves the entries that `keep` wants into new memory.
    @inlinable
    func rebuild(homes newHomes: Int, keep: (Int) -> Bool) {
        let (oldSlots, oldCount, oldBytes) = (slots, slotCount, slotBytes)
        dirtyGroups.deallocate()
        allocate(homes: newHomes)
        live = 0
        for index in 0..<oldCount where oldSlots[index].stamp != TableStamp.empty {
            let slot = oldSlots + index
            let stamp = slot.pointee.stamp
            if !keep(index) {
                slot.deinitialize(count: 1)
                continue
            }
            var place = home(slot.pointee.hash)
            while slots[place].stamp != TableStamp.empty { place &+= 1 }
            if place == slotCount {
                // The tail is full, which a fair hash makes all but impossible: the sentinel has to stay empty.
                preconditionFailure("the hashes of \(Key.self) do not spread: frozenHash has to use all 64 bits")
            }
            (slots + place).moveInitialize(from: slot, count: 1)
            live &+= 1
            if stamp & TableStamp.epochMask == epoch {
                dirtyGroups[place &>> 12] |= 1 &<< UInt64(truncatingIfNeeded: place &>> 6 & 63)
            }
        }
        TableMemory.deallocate(oldSlots, bytes: oldBytes)
        budget.giveBack(oldBytes)
    }

    /// The newest epoch whose changes the store has.
    @inlinable
    var cleanEpoch: UInt32 {
        // Without a store, nothing waits to be written.
        guard let store else { return TableStamp.epochMask }
        return store.committed >= lastSnapshot ? epoch - 1 : epoch - 2
    }

    /// Drops steps of the hash range whose entries the store has, the longest unchanged first, until `wanted` entries
    /// are gone; false if less than a quarter of that could be dropped.
    @inlinable
    func evict(wanted: Int) -> Bool {
        guard store != nil else { return false }
        if loaded.isComplete || loaded.bits.isEmpty || live > loaded.stepCapacity { refineSteps() }
        var newest = [UInt32](repeating: 0, count: loaded.stepCount)
        var entries = [UInt32](repeating: 0, count: loaded.stepCount)
        for index in 0..<slotCount where slots[index].stamp != TableStamp.empty {
            let step = loaded.step(of: slots[index].hash)
            newest[step] = max(newest[step], slots[index].stamp & TableStamp.epochMask)
            entries[step] += 1
        }
        let clean = cleanEpoch
        // What the store still has of removed keys must not be read.
        for key in removed { newest[loaded.step(of: key.hash)] = epoch }
        for hash in removedBefore {
            let step = loaded.step(of: hash)
            newest[step] = max(newest[step], epoch - 1)
        }
        var dropped = 0
        var chosen = [Bool](repeating: false, count: newest.count)
        // Two passes: first what has been quiet for some epochs, then whatever is clean.
        for limit in [clean > 4 ? clean - 4 : TableStamp.loaded, clean] {
            for step in newest.indices where dropped < wanted && entries[step] > 0 && !chosen[step] {
                guard newest[step] <= limit else { continue }
                chosen[step] = true
                dropped += Int(entries[step])
                loaded.remove(step: step)
            }
        }
        guard dropped > wanted / 4 else {
            restore(chosen)
            return false
        }
        let ranges = loaded
        let old = slots
        rebuild(homes: homes) { !chosen[ranges.step(of: old[$0].hash)] }
        return true
    }

    @inlinable
    func restore(_ chosen: [Bool]) {
        for step in chosen.indices where chosen[step] { loaded.insert(step: step) }
    }

    @usableFromInline
    func refineSteps() {
        loaded.refine(low...high, entries: live)
    }
}
