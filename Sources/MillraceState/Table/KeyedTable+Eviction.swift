/// The entries to evict from a table: in each step of the hash range, those that have not changed since an epoch.
@usableFromInline
package struct EvictionPlan {
    /// For each step, the stamp up to which entries are evicted; 0: none are.
    @usableFromInline package var limits: [UInt32]
    /// The number of entries to evict.
    @usableFromInline package var entries = 0

    @inlinable
    package init(steps: Int) { limits = Array(repeating: 0, count: steps) }
}

extension KeyedTable {
    /// The newest epoch whose changes are in the store.
    @inlinable
    var cleanEpoch: UInt32 {
        // Without a store, no change waits to be written.
        guard let store else { return TableStamp.epochMask }
        return store.committed >= lastSnapshot ? epoch - 1 : epoch - 2
    }

    /// Evicts `wanted` entries that are in the store, the longest unchanged first. Returns false if less than a quarter
    /// of that could be evicted.
    @inlinable
    func evict(wanted: Int) -> Bool {
        guard let plan = planEviction(wanted: wanted), plan.entries > wanted / 4 else { return false }
        carryOut(plan, homes: homes)
        return true
    }

    /// Evicts half of the entries, as far as they are in the store, and frees their memory. Called between two batches
    /// only, since pointers to slots become invalid.
    @inlinable
    package func shrink() {
        guard live > 0, let plan = planEviction(wanted: live / 2) else { return }
        var wanted = max((live - plan.entries) * 2, 16)
        while wanted < homes, !fits(plan, homes: wanted) { wanted += wanted / 2 }
        if wanted < homes { carryOut(plan, homes: wanted) }
    }

    /// Whether the entries that remain are distributed evenly enough over `homes` homes, with no entry far from its
    /// own.
    @inlinable
    package func fits(_ plan: EvictionPlan, homes: Int) -> Bool {
        let scale = scale(homes: homes)
        var place = -1
        for index in 0..<slotCount where slots[index].stamp != TableStamp.empty && !leaves(index, plan) {
            let home = Int(truncatingIfNeeded: (slots[index].hash &- low).multipliedFullWidth(by: scale).high)
            place = max(place + 1, home)
            if place >= home + tail { return false }
        }
        return true
    }

    @inlinable
    @inline(__always)
    func leaves(_ index: Int, _ plan: EvictionPlan) -> Bool {
        slots[index].stamp & TableStamp.epochMask <= plan.limits[loaded.step(of: slots[index].hash)]
    }

    /// Selects the entries to evict; `nil` without a store.
    ///
    /// Entries that have not changed for some epochs are evicted first. If they are too few, whole steps are evicted as
    /// far as they are in the store. A step that has lost entries counts as not loaded; those that remain in memory
    /// take precedence over the store's.
    @inlinable
    func planEviction(wanted: Int) -> EvictionPlan? {
        guard store != nil else { return nil }
        if loaded.isComplete || loaded.bits.isEmpty || live > loaded.stepCapacity { refineSteps() }
        let clean = cleanEpoch
        let quiet = clean > 4 ? clean - 4 : TableStamp.loaded
        var droppable = [(quiet: UInt32, clean: UInt32)](repeating: (0, 0), count: loaded.stepCount)
        for index in 0..<slotCount where slots[index].stamp != TableStamp.empty {
            let step = loaded.step(of: slots[index].hash)
            let stamp = slots[index].stamp & TableStamp.epochMask
            if stamp <= clean { droppable[step].clean += 1 }
            if stamp <= quiet { droppable[step].quiet += 1 }
        }
        // Removed keys that are still in the store must not be read.
        for key in removed { droppable[loaded.step(of: key.hash)] = (0, 0) }
        if clean < epoch - 1 {
            for hash in removedBefore { droppable[loaded.step(of: hash)] = (0, 0) }
        }
        evictions &+= 1
        var plan = EvictionPlan(steps: droppable.count)
        // Steps are taken from the whole range: slots are in the order of the hash and have to stay evenly filled.
        let steps = droppable.indices.lazy.map { [evictions] in ($0 &+ evictions) &* 2_654_435_761 % droppable.count }
        for step in steps where droppable[step].quiet > 0 {
            if plan.entries >= wanted { return plan }
            plan.limits[step] = quiet
            plan.entries += Int(droppable[step].quiet)
        }
        for step in steps where droppable[step].clean > droppable[step].quiet {
            if plan.entries >= wanted { return plan }
            plan.limits[step] = clean
            plan.entries += Int(droppable[step].clean - droppable[step].quiet)
        }
        return plan
    }

    @inlinable
    func carryOut(_ plan: EvictionPlan, homes newHomes: Int) {
        makeRoomForEvicted(plan.entries)
        for step in plan.limits.indices where plan.limits[step] > 0 { loaded.remove(step: step) }
        // A copy of the ranges and the old slots, since slots move during the rebuild.
        let (ranges, old) = (loaded, slots)
        rebuild(homes: newHomes) {
            let hash = old[$0].hash
            if old[$0].stamp & TableStamp.epochMask > plan.limits[ranges.step(of: hash)] { return true }
            if ranges.isKnown(hash) { evicted.insert(hash) }
            return false
        }
    }

    /// Makes room for `keys` more evicted keys. The filter takes at most an eighth of the budget, or what one eviction
    /// needs; beyond that it is cleared, and steps have to be loaded again to be known.
    @usableFromInline
    func makeRoomForEvicted(_ keys: Int) {
        let more = evicted.bytesToAdd(keys: keys)
        if more > 0, evicted.bytes + more > budget.limit / 8 { forgetEvicted() }
        let before = evicted.bytes
        evicted.makeRoom(keys: keys)
        budget.take(evicted.bytes - before)
    }

    @usableFromInline
    func forgetEvicted() {
        budget.giveBack(evicted.bytes)
        evicted.removeAll()
        loaded.forgetKnown()
    }

    @usableFromInline
    func refineSteps() {
        loaded.refine(low...high, entries: live)
    }
}
