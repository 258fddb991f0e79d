import CMillrace

/// A task's keyed state in memory, in front of the store: a hash table with open addressing, with keys and values
/// unboxed.
///
/// The home slot of an entry increases with its hash (`home = (hash - low) * homes / range`), and probing goes forward
/// without wrapping around. The slots are therefore almost in the order of the hash, which is the order of the journal
/// and the tree: encoding a delta needs hardly any sorting, and loading, evicting and growing access memory in one
/// direction.
///
/// A table belongs to one task and calls no code that could call it again, so that its fields need no exclusivity
/// checks at run time. Values are accessed through slots; pointers to slots are valid until the next call.
@usableFromInline
package final class KeyedTable<Key: StreamKey, Value: StateValue> {
    @usableFromInline package typealias Slot = TableSlot<Key, Value>

    /// A key that is to be removed from the store.
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
    /// The number of slots that are the home of some hash.
    @exclusivity(unchecked) @usableFromInline var homes: Int
    /// The number of slots after the homes, for entries that are displaced beyond the last one.
    @exclusivity(unchecked) @usableFromInline package var tail = 64
    /// The number of homes and tail slots. One more slot after them always stays empty.
    @exclusivity(unchecked) @usableFromInline var slotCount: Int
    @usableFromInline package let low: UInt64
    @usableFromInline package let high: UInt64
    /// The number of homes per hash, as a fraction of 2^64.
    @exclusivity(unchecked) @usableFromInline package var scale: UInt64
    /// The number of keys in memory.
    @exclusivity(unchecked) @usableFromInline package var live = 0
    @exclusivity(unchecked) @usableFromInline var growAt: Int
    /// The keys that were removed in this epoch and may be in the store. Some may have been added again since.
    @exclusivity(unchecked) @usableFromInline package var removed: [RemovedKey] = []
    /// The hashes removed in the epoch before: the store's entries for them are invalid until the removal is stored.
    @usableFromInline var removedBefore: [UInt64] = []
    /// The stamp of present changes; increases by one at each checkpoint.
    @exclusivity(unchecked) @usableFromInline package var epoch = TableStamp.firstEpoch
    /// A bit for each 64 slots that hold a change of this epoch.
    @exclusivity(unchecked) @usableFromInline var dirtyGroups: UnsafeMutablePointer<UInt64>
    @exclusivity(unchecked) @usableFromInline var dirtyWords: Int
    @exclusivity(unchecked) @usableFromInline package var loaded: LoadedRanges
    /// The keys that were evicted from memory.
    @usableFromInline let evicted: EvictedKeys
    @usableFromInline package let store: SliceStore?
    @usableFromInline package let budget: MemoryBudget
    /// The checkpoint that contains the changes of the epoch before this one.
    @usableFromInline var lastSnapshot: UInt64 = 0
    @usableFromInline var isLoading = false
    @usableFromInline var isRegistered = false
    /// The number of evictions, used to vary the entries that are evicted.
    @usableFromInline var evictions = 0
    /// Whether any delta of this table may be in the store.
    @usableFromInline package var isStored: Bool
    /// The number of entries that changed in this epoch, including those that have been removed since.
    @exclusivity(unchecked) @usableFromInline package var changes = 0
    /// The number of changes after which the budget is updated, less one. The number is a power of two: 1,024, or as
    /// many as take about 64 KB.
    @exclusivity(unchecked) @usableFromInline var announceMask = 1023
    /// The number of bytes that was announced to the budget for these changes.
    @usableFromInline package var announced = 0
    /// The number of bytes of an entry in the store, as last measured.
    @usableFromInline var encodedPerEntry = MemoryLayout<Slot>.stride {
        didSet {
            announceMask = 1023
            while announceMask > 0, (announceMask + 1) * encodedPerEntry > 1 << 16 { announceMask >>= 1 }
        }
    }
    /// The number of bytes of heap memory per entry beyond the slot, for keys and values that have any. A small
    /// allocation is assumed until it is measured during encoding.
    @usableFromInline var heapPerEntry = _isPOD(Slot.self) ? 0 : 64
    @usableFromInline var heapTaken = 0

    /// Creates a table for the keys whose hash is in `hashes`.
    ///
    /// - Parameter storedEntries: the approximate number of entries in `store`; `nil` if it is known to be empty.
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

    /// Prefetches the slot of `hash` into the cache.
    @inlinable
    @inline(__always)
    package func prefetch(_ hash: UInt64) {
        let slot = UnsafeRawPointer(slots + home(hash))
        millrace_prefetch(slot)
        // If two slots do not fit a cache line, the slot and the search may extend into the next line.
        if MemoryLayout<Slot>.stride > 32 { millrace_prefetch(slot + 64) }
    }

    /// Returns the index of the slot that holds the key, or of the empty slot where the search ended.
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

    /// Returns the slot of a key, or `nil` if there is none.
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

    /// Whether everything in the store with this hash is in memory.
    @inlinable
    func isNotInStore(_ hash: UInt64) -> Bool {
        loaded.contains(hash) || (loaded.isKnown(hash) && !evicted.mayContain(hash))
    }

    /// Returns the slot of a key, created with `initial` if it did not exist, and marks it as changed.
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

    /// Marks an entry as changed in this epoch, whether it is new or not.
    @inlinable
    @inline(__always)
    package func touchChanged(_ index: Int) {
        if slots[index].stamp & ~TableStamp.fresh != epoch { touch(index) }
    }

    /// Removes a key. Returns false if it did not exist.
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

    /// Removes an entry of a step that is only partly in memory. The whole step is loaded first; otherwise the next
    /// look-up would find the removed key in the store.
    @inlinable
    @inline(never)
    func removeFromPart(_ slot: UnsafeMutablePointer<Slot>) throws {
        let (hash, key) = (slot.pointee.hash, key(of: slot))
        try load(hash)
        try remove(hash, key)
    }

    /// Empties a slot, and moves displaced entries after it back towards their homes.
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

    /// Adds a key that is not in memory, at `index`, where a search for it ended, if that is still right.
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
        // The key is new to the store, or its removal from the store is still pending.
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
