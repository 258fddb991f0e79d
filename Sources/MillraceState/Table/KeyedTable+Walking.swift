extension KeyedTable {
    /// Calls `body` for every live entry in memory, in slot order.
    @inlinable
    package func forEachInMemory(_ body: (UnsafeMutablePointer<Slot>) throws -> Void) rethrows {
        for index in 0..<slotCount {
            if slots[index].stamp != TableStamp.empty { try body(slots + index) }
        }
    }

    /// Calls `body` for the live entries that changed in this epoch, in slot order.
    @inlinable
    package func forEachChanged(_ body: (UnsafeMutablePointer<Slot>) throws -> Void) rethrows {
        for word in 0..<dirtyWords where dirtyGroups[word] != 0 {
            var bits = dirtyGroups[word]
            while bits != 0 {
                let group = word * 64 + bits.trailingZeroBitCount
                bits &= bits &- 1
                for index in group * 64..<min(group * 64 + 64, slotCount)
                where slots[index].stamp & ~TableStamp.fresh == epoch {
                    try body(slots + index)
                }
            }
        }
    }

    /// Calls `body` for the live entries of a part of the hashes, in memory or not, and returns the part's last hash. A
    /// part is some thousand slots or entries from `first` on, where `first` is `low` or follows the end of a part.
    /// Entries that are only in the store are not kept in memory. `body` must not change the table.
    @inlinable
    package func forEachOfPart(from first: UInt64, _ body: (UnsafeMutablePointer<Slot>) throws -> Void) throws -> UInt64
    {
        guard !loaded.isComplete, store != nil else {
            let last = end(of: homes > 1024 ? (high - low) / UInt64(homes) * 1024 : .max, from: first)
            try forEachInMemory(from: first, through: last, body)
            return last
        }
        let last = end(of: loaded.hashes(inSteps: 1024 / LoadedRanges.entriesPerStep), from: first)
        var stored = try onlyStored(from: first, through: last)
        try stored.withUnsafeMutableBufferPointer { stored in
            guard let others = stored.baseAddress else {
                return try forEachInMemory(from: first, through: last, body)
            }
            var next = 0
            try forEachInMemory(from: first, through: last) { slot in
                while next < stored.count, stored[next].hash < slot.pointee.hash {
                    try body(others + next)
                    next += 1
                }
                try body(slot)
            }
            while next < stored.count {
                try body(others + next)
                next += 1
            }
        }
        return last
    }

    /// Calls `body` for every live entry, part by part, as `forEachOfPart` does.
    @inlinable
    package func forEach(_ body: (UnsafeMutablePointer<Slot>) throws -> Void) throws {
        var hash = low
        while true {
            let last = try forEachOfPart(from: hash, body)
            if last == high { return }
            hash = last + 1
        }
    }

    /// Removes the entries of a range of hashes for which `isOver` returns true, in memory or not. Continues to the end
    /// of the last part and returns its last hash. Of what is only in the store, only steps with such entries are
    /// loaded.
    @inlinable
    package func removeAll(
        from first: UInt64, through last: UInt64, where isOver: (UnsafeMutablePointer<Slot>) throws -> Bool
    ) throws -> UInt64 {
        var over: [(hash: UInt64, key: Key)] = []
        var hash = first
        while true {
            let end = try forEachOfPart(from: hash) { slot in
                if try isOver(slot) { over.append((slot.pointee.hash, key(of: slot))) }
            }
            for entry in over { try remove(entry.hash, entry.key) }
            if end >= last { return end }
            over.removeAll(keepingCapacity: true)
            hash = end + 1
        }
    }

    /// Returns the entries of a range of hashes that are in the store but not in memory.
    @inlinable
    func onlyStored(from first: UInt64, through last: UInt64) throws -> [Slot] {
        var found: [Slot] = []
        var hash = first
        while let store {
            var part = loaded.hashes(around: hash)
            if !loaded.contains(hash) {
                part = loaded.missing(from: hash, steps: 1024, through: last)
                try store.visit(max(part.lowerBound, first)...min(part.upperBound, last)) { hash, remainder, value in
                    let rest = try Key.decodeRemainder(from: &remainder)
                    // The entry in memory is newer.
                    let place = probe(hash, Key(hash: hash, remainder: rest))
                    guard slots[place].stamp == TableStamp.empty else { return }
                    found.append(
                        Slot(
                            hash: hash, value: try Value.decode(from: &value), remainder: rest,
                            stamp: TableStamp.loaded))
                }
            }
            if part.upperBound >= last { break }
            hash = part.upperBound + 1
        }
        return found
    }

    @inlinable
    package func end(of span: UInt64, from first: UInt64) -> UInt64 { high - first < span ? high : first + (span - 1) }

    /// Calls `body` for the entries of a range of hashes in memory. `body` may remove the entry that it is passed.
    @inlinable
    package func forEachInMemory(
        from first: UInt64, through last: UInt64, _ body: (UnsafeMutablePointer<Slot>) throws -> Void
    ) rethrows {
        var index = home(first)
        let lastHome = home(last)
        while index < slotCount {
            let stamp = slots[index].stamp
            if stamp == TableStamp.empty {
                if index >= lastHome { return }
                index += 1
                continue
            }
            let hash = slots[index].hash
            guard hash >= first, hash <= last else {
                index += 1
                continue
            }
            let before = live
            try body(slots + index)
            // If the entry was removed, another may have moved into its slot.
            if live == before { index += 1 }
        }
    }
}
