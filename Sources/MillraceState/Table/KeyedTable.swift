import CMillrace

/// A task's keyed state in memory, in front of the store: open addressing, keys and values unboxed.
///
/// A slot's home rises with the hash (`home = (hash - low) * homes / range`), and probing goes forward without wrapping
/// around. So the slots lie almost in the order of the hash, the order of the journal and of the tree: encoding a delta
/// needs no sort worth the name, and loading, evicting and growing go through memory in one direction.
///
/// Belongs to one task and calls nothing that could come back to it, so its fields are spared the runtime's check for
/// overlapping access. Values are reached through slots; pointers to them are valid until the next call.
@usableFromInline
package final class KeyedTable<Key: StreamKey, Value: StateValue> {
    @usableFromInline package typealias Slot = TableSlot<Key, Value>

    /// A key that the store is told to remove.
    @usableFromInline
    package struct RemovedKey {
        @usableFromInline package let hash: UInt64
        @usableFromInline package let remainder: Key.Remainder

        @inlinable
        package init(hash: UInt64, remainder: Key.Remainder) {
            self.hash = hash
            self.remainder = remainder
        }
    }

    @exclusivity(unchecked) @usableFromInline package var slots: UnsafeMutablePointer<Slot>
    /// Slots that are some hash's home.
    @exclusivity(unchecked) @usableFromInline var homes: Int
    /// Slots beyond the homes, for what is pushed beyond the last.
    @exclusivity(unchecked) @usableFromInline package var tail = 64
    /// Homes and tail; one more slot after these stays empty for ever.
    @exclusivity(unchecked) @usableFromInline var slotCount: Int
    @usableFromInline package let low: UInt64
    @usableFromInline package let high: UInt64
    /// Homes per hash, as a fraction of 2^64.
    @exclusivity(unchecked) @usableFromInline package var scale: UInt64
    /// Keys there are in memory.
    @exclusivity(unchecked) @usableFromInline package var live = 0
    @exclusivity(unchecked) @usableFromInline var growAt: Int
    /// Keys that were removed in this epoch, and that the store may have; some may have come back since.
    @exclusivity(unchecked) @usableFromInline package var removed: [RemovedKey] = []
    /// The hashes of those of the epoch before: what the store has there does not count until it is told.
    @usableFromInline var removedBefore: [UInt64] = []
    /// What changes now is stamped with this; rises by one at each checkpoint.
    @exclusivity(unchecked) @usableFromInline package var epoch = TableStamp.firstEpoch
    /// A bit for each 64 slots that hold a change of this epoch.
    @exclusivity(unchecked) @usableFromInline var dirtyGroups: UnsafeMutablePointer<UInt64>
    @exclusivity(unchecked) @usableFromInline var dirtyWords: Int
    @exclusivity(unchecked) @usableFromInline package var loaded: LoadedRanges
    /// What has left memory.
    @usableFromInline let evicted: EvictedKeys
    @usableFromInline package let store: SliceStore?
    @usableFromInline package let budget: MemoryBudget
    /// The checkpoint that the changes of the epoch before this one went into.
    @usableFromInline var lastSnapshot: UInt64 = 0
    @usableFromInline var isLoading = false
    @usableFromInline var isRegistered = false
    /// How often entries were dropped; so that it is not the same ones each time.
    @usableFromInline var evictions = 0
    /// Whether any delta of this table may be in the store.
    @usableFromInline package var isStored: Bool
    /// Entries that were changed in this epoch, those that are gone again too.
    @exclusivity(unchecked) @usableFromInline package var changes = 0
    /// One less than the changes that the budget is told of at once, a power of two: 1,024, or as many as take some 64 KB.
    @exclusivity(unchecked) @usableFromInline var announceMask = 1023
    /// Bytes that the budget expects them to take on their way to the store.
    @usableFromInline package var announced = 0
    /// Bytes of an entry in the store, as last measured.
    @usableFromInline var encodedPerEntry = MemoryLayout<Slot>.stride {
        didSet {
            announceMask = 1023
            while announceMask > 0, (announceMask + 1) * encodedPerEntry > 1 << 16 { announceMask >>= 1 }
        }
    }
    /// Bytes of heap per entry beyond the slot, for keys and values that have any: a small allocation, until they are
    /// measured when they are encoded.
    @usableFromInline var heapPerEntry = _isPOD(Slot.self) ? 0 : 64
    @usableFromInline var heapTaken = 0

    /// A table for the keys whose hash is in `hashes`.
    ///
    /// - Parameter storedEntries: entries that `store` holds, roughly; `nil` if it is known to hold none.
    @usableFromInline
    package init(hashes: ClosedRange<UInt64>, store: SliceStore?, storedEntries: Int?, budget: MemoryBudget) {
        low = hashes.lowerBound
        high = hashes.upperBound
        self.store = store
        self.budget = budget
        loaded = LoadedRanges()
        evicted = EvictedKeys(hashes)
        isStored = storedEntries != nil
        if let storedEntries, store != nil { loaded.divide(hashes, entries: storedEntries, loaded: false) }
        homes = 16
        slotCount = 0
        scale = 0
        growAt = 0
        dirtyWords = 1
        slots = UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
        dirtyGroups = UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
        allocate(homes: homes)
    }

    deinit {
        if isRegistered { budget.unregister(ObjectIdentifier(self)) }
        destroyEntries()
        release()
    }

    // MARK: Looking up

    @inlinable
    @inline(__always)
    func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash &- low).multipliedFullWidth(by: scale).high)
    }

    /// Asks for the slot of `hash` to be brought near.
    @inlinable
    @inline(__always)
    package func prefetch(_ hash: UInt64) {
        let slot = UnsafeRawPointer(slots + home(hash))
        millrace_prefetch(slot)
        // Slots that do not fit a cache line twice reach into the next, and so does the search.
        if MemoryLayout<Slot>.stride > 32 { millrace_prefetch(slot + 64) }
    }

    /// The slot that holds the key, or the empty one where the search ended.
    @inlinable
    @inline(__always)
    func probe(_ hash: UInt64, _ key: Key) -> Int {
        var index = home(hash)
        while slots[index].stamp != TableStamp.empty {
            if slots[index].hash == hash, Key.hashIsUnique || key.matches(slots[index].remainder) { break }
            index &+= 1
        }
        return index
    }

    /// The slot of a key that is there, or `nil`.
    @inlinable
    package func find(_ hash: UInt64, _ key: Key) throws -> UnsafeMutablePointer<Slot>? {
        var index = probe(hash, key)
        if slots[index].stamp == TableStamp.empty {
            if isNotInStore(hash) { return nil }
            try load(hash)
            index = probe(hash, key)
            if slots[index].stamp == TableStamp.empty { return nil }
        }
        return slots + index
    }

    /// Whether the store has nothing of a hash that memory has not.
    @inlinable
    func isNotInStore(_ hash: UInt64) -> Bool {
        loaded.contains(hash) || (loaded.isKnown(hash) && !evicted.mayContain(hash))
    }

    /// The slot of a key, made with `initial` if it was not there, and marked as changed.
    @inlinable
    @inline(__always)
    package func update(_ hash: UInt64, _ key: Key, initial: () -> Value) throws -> UnsafeMutablePointer<Slot> {
        var index = probe(hash, key)
        let stamp = slots[index].stamp
        if stamp & ~TableStamp.fresh == epoch { return slots + index }
        if stamp == TableStamp.empty {
            index = try insert(hash, key, at: index, initial: initial)
            let isFresh = slots[index].stamp & TableStamp.fresh
            touch(index)
            slots[index].stamp |= isFresh
            return slots + index
        }
        touch(index)
        return slots + index
    }

    /// Marks a slot as changed in this epoch.
    @inlinable
    @inline(__always)
    func touch(_ index: Int) {
        slots[index].stamp = epoch
        dirtyGroups[index &>> 12] |= 1 &<< UInt64(truncatingIfNeeded: index &>> 6 & 63)
        changes &+= 1
        if changes & announceMask == 0 { announceChanges() }
    }

    /// Marks an entry as changed in this epoch, new or not.
    @inlinable
    @inline(__always)
    package func touchChanged(_ index: Int) {
        if slots[index].stamp & ~TableStamp.fresh != epoch { touch(index) }
    }

    /// Removes a key; false if it was not there.
    @inlinable
    @discardableResult
    package func remove(_ hash: UInt64, _ key: Key) throws -> Bool {
        guard let slot = try find(hash, key) else { return false }
        try remove(at: slot)
        return true
    }

    /// Removes an entry that was found.
    @inlinable
    package func remove(at slot: UnsafeMutablePointer<Slot>) throws {
        let index = slot - slots
        if slots[index].stamp & TableStamp.fresh == 0, store != nil {
            if !loaded.contains(slot.pointee.hash) { return try removeFromPart(slot) }
            removed.append(RemovedKey(hash: slot.pointee.hash, remainder: slot.pointee.remainder))
            budget.take(MemoryLayout<RemovedKey>.stride)
        }
        vacate(index)
    }

    /// Removes an entry of a step of which only a part is in memory: all of it is loaded first, or the next look-up would
    /// find in the store what was removed.
    @inlinable
    @inline(never)
    func removeFromPart(_ slot: UnsafeMutablePointer<Slot>) throws {
        let (hash, key) = (slot.pointee.hash, key(of: slot))
        try load(hash)
        try remove(hash, key)
    }

    /// Empties a slot, and moves what was pushed beyond it back towards its home.
    @inlinable
    func vacate(_ index: Int) {
        (slots + index).deinitialize(count: 1)
        slots[index].stamp = TableStamp.empty
        live &-= 1
        var hole = index
        var next = index &+ 1
        while slots[next].stamp != TableStamp.empty {
            if home(slots[next].hash) <= hole {
                (slots + hole).moveInitialize(from: slots + next, count: 1)
                slots[next].stamp = TableStamp.empty
                if slots[hole].stamp & TableStamp.epochMask == epoch {
                    dirtyGroups[hole &>> 12] |= 1 &<< UInt64(truncatingIfNeeded: hole &>> 6 & 63)
                }
                hole = next
            }
            next &+= 1
        }
    }

    /// Puts a key that is not there into the table: at `index`, where a search for it ended, if that is still right.
    @inlinable
    @inline(never)
    package func insert(_ hash: UInt64, _ key: Key, at index: Int, initial: () -> Value) throws -> Int {
        var index = index
        if !isNotInStore(hash) {
            try load(hash)
            index = probe(hash, key)
            if slots[index].stamp != TableStamp.empty { return index }
        }
        while live >= growAt || index == slotCount {
            if live >= growAt { makeRoom() } else { lengthenTail() }
            index = probe(hash, key)
        }
        // New to the store too, or taken back from the keys that it is told to remove.
        place(
            Slot(
                hash: hash, value: initial(), remainder: key.remainder,
                stamp: TableStamp.fresh | TableStamp.loaded), at: index)
        return index
    }

    @inlinable
    package func place(_ slot: Slot, at index: Int) {
        (slots + index).initialize(to: slot)
        live &+= 1
    }

    @inlinable
    package func key(of slot: UnsafeMutablePointer<Slot>) -> Key {
        Key(hash: slot.pointee.hash, remainder: slot.pointee.remainder)
    }
}
