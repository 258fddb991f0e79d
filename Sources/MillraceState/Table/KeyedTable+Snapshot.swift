extension KeyedTable {
    /// Encodes the changes of this epoch into `delta`, in the order of (hash, remainder), and begins the next epoch.
    ///
    /// Entries before an empty slot have smaller hashes than those after it, so that only clusters need sorting. They
    /// are short and almost in order.
    @inlinable
    package func encodeChanges(into delta: inout DeltaBuilder, slice: Slice, checkpoint: UInt64) {
        var segment = SegmentWriter(keyWidth: Key.remainderWidth, valueWidth: Value.fixedWidth)
        var cluster: [(hash: UInt64, index: Int)] = []
        var entries = 0
        let (bytesBefore, removedCount) = (delta.encodedBytes, removed.count)
        removed.sort(by: Self.precedes)
        var nextRemoved = 0
        for word in 0..<dirtyWords where dirtyGroups[word] != 0 {
            var bits = dirtyGroups[word]
            dirtyGroups[word] = 0
            while bits != 0 {
                let group = word * 64 + bits.trailingZeroBitCount
                bits &= bits &- 1
                for index in group * 64..<min(group * 64 + 64, slotCount) {
                    let stamp = slots[index].stamp
                    if stamp == TableStamp.empty {
                        entries += cluster.count
                        if let first = cluster.first?.hash {
                            encodeRemoved(below: first, &nextRemoved, into: &segment, &delta, slice)
                        }
                        encode(&cluster, &nextRemoved, into: &segment)
                        if segment.encodedSize >= DeltaBuilder.chunkSize { delta.add(slice, &segment) }
                    } else if stamp & TableStamp.epochMask == epoch {
                        Self.insertInOrder((slots[index].hash, index), &cluster)
                    }
                }
            }
        }
        entries += cluster.count
        if let first = cluster.first?.hash {
            encodeRemoved(below: first, &nextRemoved, into: &segment, &delta, slice)
        }
        encode(&cluster, &nextRemoved, into: &segment)
        encodeRemoved(below: nil, &nextRemoved, into: &segment, &delta, slice)
        delta.add(slice, &segment)
        if !removed.isEmpty || !removedBefore.isEmpty {
            budget.giveBack(removed.count * MemoryLayout<RemovedKey>.stride)
            removedBefore = removed.map(\.hash)
            removed.removeAll(keepingCapacity: removed.count <= 1 << 16)
        }
        if entries > 0 {
            isStored = true
            register()
            encodedPerEntry = (delta.encodedBytes - bytesBefore) / (entries + removedCount)
            measureHeap(encoded: encodedPerEntry)
        }
        withdrawChanges()
        epoch += 1
        lastSnapshot = checkpoint
    }

    @inlinable
    static func insertInOrder(_ entry: (hash: UInt64, index: Int), _ cluster: inout [(hash: UInt64, index: Int)]) {
        cluster.append(entry)
        var place = cluster.count - 1
        while place > 0, cluster[place - 1].hash > entry.hash {
            cluster[place] = cluster[place - 1]
            place -= 1
        }
        cluster[place] = entry
    }

    /// Encodes the entries of a cluster, and the removed keys that come before or between them.
    @inlinable
    package func encode(
        _ cluster: inout [(hash: UInt64, index: Int)], _ nextRemoved: inout Int, into segment: inout SegmentWriter
    ) {
        if cluster.isEmpty { return }
        if !Key.hashIsUnique { orderEqualHashes(&cluster) }
        for place in cluster.indices {
            let (hash, index) = cluster[place]
            // The removed keys before the entry; of equal hashes, all that are not in the cluster, in the order of
            // their remainders.
            while nextRemoved < removed.count, removed[nextRemoved].hash < hash {
                encodeRemoved(nextRemoved, into: &segment)
                nextRemoved += 1
            }
            if nextRemoved < removed.count, removed[nextRemoved].hash == hash {
                if Key.hashIsUnique {
                    while nextRemoved < removed.count, removed[nextRemoved].hash == hash { nextRemoved += 1 }
                } else if place == 0 || cluster[place - 1].hash != hash {
                    return encodeMixed(&cluster, from: place, &nextRemoved, into: &segment)
                }
            }
            let slot = slots + index
            slot.pointee.stamp &= ~TableStamp.fresh
            segment.append(
                hash: hash, key: { Key.encodeRemainder(slot.pointee.remainder, into: &$0) },
                value: { slot.pointee.value.encode(into: &$0) })
        }
        cluster.removeAll(keepingCapacity: true)
    }

    /// Encodes the rest of a cluster in which a removed key and an entry have the same hash: they are sorted by the
    /// bytes of their remainders, and a removed key that was added again is left out.
    @inlinable
    @inline(never)
    func encodeMixed(
        _ cluster: inout [(hash: UInt64, index: Int)], from place: Int, _ nextRemoved: inout Int,
        into segment: inout SegmentWriter
    ) {
        let hash = cluster[place].hash
        var entries: [(bytes: [UInt8], index: Int?)] = []
        var rest = place
        while rest < cluster.count, cluster[rest].hash == hash {
            entries.append((encodedRemainder(cluster[rest].index), cluster[rest].index))
            rest += 1
        }
        while nextRemoved < removed.count, removed[nextRemoved].hash == hash {
            var writer = ByteWriter()
            Key.encodeRemainder(removed[nextRemoved].remainder, into: &writer)
            let bytes = writer.bytes()
            if !entries.contains(where: { $0.bytes == bytes }) { entries.append((bytes, nil)) }
            nextRemoved += 1
        }
        for entry in entries.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            let write: (inout ByteWriter) -> Void = { writer in entry.bytes.withUnsafeBytes { writer.write($0) } }
            if let index = entry.index {
                slots[index].stamp &= ~TableStamp.fresh
                let slot = slots + index
                segment.append(hash: hash, key: write, value: { slot.pointee.value.encode(into: &$0) })
            } else {
                segment.append(hash: hash, key: write, value: nil)
            }
        }
        cluster.removeSubrange(0..<rest)
        encode(&cluster, &nextRemoved, into: &segment)
    }

    /// Encodes the removed keys before `hash`, or all remaining ones if it is `nil`.
    @inlinable
    func encodeRemoved(
        below hash: UInt64?, _ nextRemoved: inout Int, into segment: inout SegmentWriter, _ delta: inout DeltaBuilder,
        _ slice: Slice
    ) {
        if segment.layout.entryWidth != nil, Value.fixedWidth != 0, isRemoved(nextRemoved + 511, below: hash) {
            // For many keys in a row, values of a fixed width would be stored as that many zeros.
            delta.add(slice, &segment)
            var bare = SegmentWriter(keyWidth: Key.remainderWidth, valueWidth: 0)
            encodeEachRemoved(below: hash, &nextRemoved, into: &bare, &delta, slice)
            delta.add(slice, &bare)
        } else {
            encodeEachRemoved(below: hash, &nextRemoved, into: &segment, &delta, slice)
        }
    }

    /// Whether there is a removed key with this index and it comes before `hash`.
    @inlinable
    func isRemoved(_ number: Int, below hash: UInt64?) -> Bool {
        number < removed.count && hash.map { removed[number].hash < $0 } ?? true
    }

    @inlinable
    func encodeEachRemoved(
        below hash: UInt64?, _ nextRemoved: inout Int, into segment: inout SegmentWriter, _ delta: inout DeltaBuilder,
        _ slice: Slice
    ) {
        while isRemoved(nextRemoved, below: hash) {
            encodeRemoved(nextRemoved, into: &segment)
            nextRemoved += 1
            if segment.encodedSize >= DeltaBuilder.chunkSize { delta.add(slice, &segment) }
        }
    }

    /// The order by hash, and for equal hashes by the bytes of the remainders.
    @inlinable
    package static func precedes(_ left: RemovedKey, _ right: RemovedKey) -> Bool {
        if left.hash != right.hash { return left.hash < right.hash }
        if Key.hashIsUnique { return false }
        func bytes(_ key: RemovedKey) -> [UInt8] {
            var writer = ByteWriter()
            Key.encodeRemainder(key.remainder, into: &writer)
            return writer.bytes()
        }
        return bytes(left).lexicographicallyPrecedes(bytes(right))
    }

    @inlinable
    func encodeRemoved(_ number: Int, into segment: inout SegmentWriter) {
        let key = removed[number]
        // A key that was removed, added and removed again is encoded once.
        if number > 0, removed[number - 1].hash == key.hash {
            if Key.hashIsUnique { return }
            if Key(hash: key.hash, remainder: key.remainder).matches(removed[number - 1].remainder) { return }
        }
        segment.append(hash: key.hash, key: { Key.encodeRemainder(key.remainder, into: &$0) }, value: nil)
    }

    /// Sorts different keys of the same hash by the bytes of their remainders.
    @inlinable
    func orderEqualHashes(_ cluster: inout [(hash: UInt64, index: Int)]) {
        guard cluster.count > 1 else { return }
        for place in 1..<cluster.count where cluster[place].hash == cluster[place - 1].hash {
            cluster.sort { left, right in
                if left.hash != right.hash { return left.hash < right.hash }
                return encodedRemainder(left.index).lexicographicallyPrecedes(encodedRemainder(right.index))
            }
            return
        }
    }

    @inlinable
    func encodedRemainder(_ index: Int) -> [UInt8] {
        var writer = ByteWriter()
        Key.encodeRemainder(slots[index].remainder, into: &writer)
        return writer.bytes()
    }

    /// Estimates the heap memory of keys and values as their encoded size and half as much again.
    @inlinable
    func measureHeap(encoded: Int) {
        if _isPOD(Slot.self) { return }
        heapPerEntry = encoded + encoded / 2 + 16
        countHeap()
        register()
    }
}
