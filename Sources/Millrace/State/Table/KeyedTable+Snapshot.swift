extension KeyedTable {
    /// Encodes what changed in this epoch into `delta`, in the order of (hash, remainder), and begins the next epoch.
    ///
    /// Entries before an empty slot have smaller hashes than those after it, so only clusters need sorting, which are
    /// short and almost in order.
    @inlinable
    func encodeChanges(into delta: inout DeltaBuilder, slice: Slice, checkpoint: UInt64) {
        var segment = SegmentWriter(keyWidth: Key.remainderWidth, valueWidth: Value.fixedWidth)
        var cluster: [(hash: UInt64, index: Int)] = []
        var entries = 0
        let bytesBefore = delta.encodedBytes
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
                        encode(&cluster, into: &segment)
                        if segment.encodedSize >= DeltaBuilder.chunkSize { delta.add(slice, &segment) }
                    } else if stamp & TableStamp.epochMask == epoch {
                        Self.insertInOrder((slots[index].hash, index), &cluster)
                    }
                }
            }
        }
        entries += cluster.count
        encode(&cluster, into: &segment)
        delta.add(slice, &segment)
        if entries > 0 {
            isStored = true
            measureHeap(encoded: (delta.encodedBytes - bytesBefore) / entries)
        }
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

    @inlinable
    func encode(_ cluster: inout [(hash: UInt64, index: Int)], into segment: inout SegmentWriter) {
        if !Key.hashIsUnique { orderEqualHashes(&cluster) }
        for (hash, index) in cluster {
            let slot = slots + index
            slot.pointee.stamp &= ~TableStamp.fresh
            if slot.pointee.stamp & TableStamp.tombstone != 0 {
                segment.append(hash: hash, key: { Key.encodeRemainder(slot.pointee.remainder, into: &$0) }, value: nil)
            } else {
                segment.append(
                    hash: hash, key: { Key.encodeRemainder(slot.pointee.remainder, into: &$0) },
                    value: { slot.pointee.value.encode(into: &$0) })
            }
        }
        cluster.removeAll(keepingCapacity: true)
    }

    /// Different keys of one hash go by the bytes of their remainders.
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

    /// Keys and values with a heap part are counted with what they took when encoded, and half as much again.
    @inlinable
    func measureHeap(encoded: Int) {
        if _isPOD(Slot.self) { return }
        heapPerEntry = encoded + encoded / 2 + 16
        let taken = heapPerEntry * live
        budget.take(taken - heapTaken)
        heapTaken = taken
        if !budget.allows(0), store != nil { _ = evict(wanted: occupied / 2) }
    }
}
