import MillraceLMDB

/// Finds the blocks of the tree for one slice of one state.
package struct TreeBlocks {
    /// A block in place, in LMDB's map.
    package struct Block {
        /// The least hash that the block may hold.
        package let bound: UInt64
        package let segment: SegmentView
        package let bytes: Int
    }

    package let state: StateID
    package let slice: Slice
    package let path: String

    /// Returns the block that covers `hash`, or otherwise the first after it.
    package func block(at hash: UInt64, _ cursor: borrowing Cursor) throws -> Block? {
        let found = try StoreKeys.withTreeKey(state, slice, hash) { try cursor.seek($0) }
        if let found, let key = StoreKeys.treeKey(found.key), key.state == state, key.slice == slice, key.hash == hash {
            return try block(found, bound: key.hash)
        }
        // The previous block, if it is of this slice, covers the hash. After a seek beyond the end, it is the last
        // entry.
        let before = found == nil ? try cursor.last() : try cursor.previous()
        if let before, let key = StoreKeys.treeKey(before.key), key.state == state, key.slice == slice {
            return try block(before, bound: key.hash)
        }
        let first = try StoreKeys.withTreeKey(state, slice, hash) { try cursor.seek($0) }
        return try ofThisSlice(first)
    }

    /// Returns the block after the cursor's present one, which begins at `bound`.
    package func next(_ cursor: borrowing Cursor, after bound: UInt64) throws -> Block? {
        let next = try ofThisSlice(try cursor.next())
        if let next, next.bound <= bound {
            throw StateError.damaged(path, "the blocks of state \(state.value) are not in order")
        }
        return next
    }

    private func ofThisSlice(_ entry: Cursor.Entry?) throws -> Block? {
        guard let entry, let key = StoreKeys.treeKey(entry.key), key.state == state, key.slice == slice else {
            return nil
        }
        return try block(entry, bound: key.hash)
    }

    /// Returns the checksum of a block, which covers its segment and its key.
    package func checksum(_ segment: UnsafeRawBufferPointer, bound: UInt64) -> UInt64 {
        StoreKeys.withTreeKey(state, slice, bound) { key in
            FrozenHash.bytes(segment, seed: FrozenHash.bytes(key))
        }
    }

    private func block(_ entry: Cursor.Entry, bound: UInt64) throws -> Block {
        let value = entry.value
        guard value.count > 8,
            UInt64(littleEndian: value.loadUnaligned(as: UInt64.self))
                == checksum(UnsafeRawBufferPointer(rebasing: value[8...]), bound: bound)
        else { throw StateError.damaged(path, "a block of state \(state.value) fails its checksum") }
        do {
            let segment = try SegmentView(UnsafeRawBufferPointer(rebasing: value[8...]))
            return Block(bound: bound, segment: segment, bytes: value.count)
        } catch {
            throw StateError.damaged(path, "a block of state \(state.value): \(error)")
        }
    }
}
