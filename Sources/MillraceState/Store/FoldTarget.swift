import MillraceLMDB

/// A block of the tree that a fold rewrites, or the gap where there is none.
package struct FoldTarget {
    private let blocks: TreeBlocks
    private let block: TreeBlocks.Block?
    private let bound: UInt64
    /// The last hash that belongs to this block or gap.
    let lastHash: UInt64

    /// The intended size of blocks, in bytes: with LMDB's 16 bytes of header just below one page of 4,096.
    package static let blockSize = 3600
    /// The size, in bytes, beyond which a block is split.
    static let maximumBlockSize = 4072

    package init(
        _ blocks: TreeBlocks, at hash: UInt64, _ tree: Database, _ transaction: borrowing WriteTransaction
    ) throws {
        self.blocks = blocks
        let cursor = try transaction.cursor(tree)
        let found = try blocks.block(at: hash, cursor)
        if let found, found.bound <= hash {
            block = found
            bound = found.bound
            let next = try blocks.next(cursor, after: found.bound)
            lastHash = next.map { $0.bound - 1 } ?? .max
        } else {
            // There is a gap only below the first block.
            block = nil
            bound = 0
            lastHash = found.map { $0.bound - 1 } ?? .max
        }
    }

    /// Rewrites the block with `changes`, which are in order and within this target. Splits it if it has grown too
    /// large.
    package func replace(
        with changes: [RunMerge.Entry], _ tree: Database, _ transaction: borrowing WriteTransaction, _ seal: Seal
    ) throws {
        var runs: [Run] = []
        if let block { runs.append(Run(checkpoint: .none, segments: [block.segment])) }
        var merged: [RunMerge.Entry] = []
        merged.reserveCapacity(changes.count + (block?.segment.count ?? 0))
        var old = RunMerge(runs, drops: [], hashes: 0...UInt64.max)
        var kept = try old.next()
        for change in changes {
            while let entry = kept, try Self.precedes(entry, change) {
                merged.append(entry)
                kept = try old.next()
            }
            if let entry = kept, try Self.sameKey(entry, change) { kept = try old.next() }
            if !change.isTombstone { merged.append(change) }
        }
        while let entry = kept {
            merged.append(entry)
            kept = try old.next()
        }
        try write(merged, tree, transaction, seal)
    }

    /// Rewrites the block without the entries of some hashes.
    package func remove(
        _ hashes: ClosedRange<UInt64>, _ tree: Database, _ transaction: borrowing WriteTransaction, _ seal: Seal
    ) throws {
        guard let block else { return }
        var kept: [RunMerge.Entry] = []
        var entries = RunMerge(
            [Run(checkpoint: .none, segments: [block.segment])], drops: [], hashes: 0...UInt64.max)
        while let entry = try entries.next() {
            if !hashes.contains(entry.hash) { kept.append(entry) }
        }
        if kept.count < block.segment.count { try write(kept, tree, transaction, seal) }
    }

    private static func precedes(_ left: RunMerge.Entry, _ right: RunMerge.Entry) throws -> Bool {
        if left.hash != right.hash { return left.hash < right.hash }
        return try left.view.parts(left.stored).remainder
            .lexicographicallyPrecedes(right.view.parts(right.stored).remainder)
    }

    private static func sameKey(_ left: RunMerge.Entry, _ right: RunMerge.Entry) throws -> Bool {
        try left.hash == right.hash
            && left.view.parts(left.stored).remainder.elementsEqual(right.view.parts(right.stored).remainder)
    }

    private func write(
        _ entries: [RunMerge.Entry], _ tree: Database, _ transaction: borrowing WriteTransaction, _ seal: Seal
    ) throws {
        guard let first = entries.first else {
            if block != nil {
                try StoreKeys.withTreeKey(blocks.state, blocks.slice, bound) {
                    try seal.delete($0, in: tree, transaction)
                }
            }
            return
        }
        let perEntry = first.view.layout.entryWidth == nil ? 12 : 8
        let total = entries.reduce(0) { $0 + $1.stored.count + perEntry } + SegmentWriter.headerSize + 8
        let parts = total <= Self.maximumBlockSize ? 1 : (total + Self.blockSize - 1) / Self.blockSize
        let share = total / parts + 1
        // All blocks are copied before any is written: the entries are in pages that a write may free.
        var writer = SegmentWriter(layout: first.view.layout)
        var written: [(bound: UInt64, block: Blob)] = []
        var size = 0
        for (index, entry) in entries.enumerated() {
            let next = entry.stored.count + perEntry
            if size > 0, size + next > share, entry.hash != entries[index - 1].hash {
                written.append(finish(&writer, bound: written.isEmpty ? bound : nil))
                size = 0
            }
            writer.append(hash: entry.hash, stored: entry.stored, isTombstone: false)
            size += next
        }
        written.append(finish(&writer, bound: written.isEmpty ? bound : nil))
        for (bound, block) in written {
            try StoreKeys.withTreeKey(blocks.state, blocks.slice, bound) {
                try seal.put($0, block.bytes, in: tree, transaction)
            }
        }
    }

    private func finish(_ writer: inout SegmentWriter, bound: UInt64?) -> (bound: UInt64, block: Blob) {
        let bound = bound ?? writer.firstHash
        var bytes = ByteWriter(capacity: writer.encodedSize + 8)
        bytes.write(UInt64(0))
        writer.finish(into: &bytes)
        let checksum = bytes.withBytes { blocks.checksum(UnsafeRawBufferPointer(rebasing: $0[8...]), bound: bound) }
        bytes.patch(checksum, at: 0)
        return (bound, Blob(&bytes))
    }
}
