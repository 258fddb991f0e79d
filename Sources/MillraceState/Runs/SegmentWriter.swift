/// Writes a *segment*: entries in the order of (hash, remainder), the form in which state is stored in the journal and
/// in the tree. All numbers are little-endian:
///
///     count u32 | data length u32 | key width u32 | value width u32 | flags u32 | 0 u32
///     hashes u64 x count | tombstone bits (if flag 1) | offsets u32 x (count + 1) (if not of fixed width) | data
///
/// An entry consists of remainder and value. The remainder is preceded by its length (LEB128) if its width is not
/// fixed. A tombstone has no value, or zeros in fixed layouts. A segment that consists only of tombstones has values of
/// 0 bytes.
@usableFromInline
package struct SegmentWriter: ~Copyable {
    @usableFromInline package let layout: EntryLayout
    @usableFromInline package var hashes = ByteWriter(capacity: 1024)
    @usableFromInline package var offsets = ByteWriter(capacity: 256)
    @usableFromInline package var data = ByteWriter(capacity: 4096)
    @usableFromInline var tombstones: [UInt8] = []
    @usableFromInline var hasTombstones = false
    @usableFromInline var scratch = ByteWriter()
    @usableFromInline package var count = 0
    @usableFromInline var firstHash: UInt64 = 0
    @usableFromInline var lastHash: UInt64 = 0

    @inlinable package static var headerSize: Int { 24 }
    static let tombstoneFlag: UInt32 = 1

    package init(layout: EntryLayout) {
        self.layout = layout
    }

    /// Creates a writer for entries of these widths in bytes; `nil` where they vary.
    @usableFromInline
    package init(keyWidth: Int?, valueWidth: Int?) {
        self.init(layout: EntryLayout(keyWidth: keyWidth, valueWidth: valueWidth))
    }

    /// The number of bytes that `finish` will write.
    @inlinable
    var encodedSize: Int {
        Self.headerSize + hashes.count + (hasTombstones ? (count + 7) / 8 : 0)
            + (layout.entryWidth == nil ? 4 * (count + 1) : 0) + data.count
    }

    /// Appends an entry, written by closures. Entries have to be appended in order.
    @inlinable
    @inline(__always)
    package mutating func append(
        hash: UInt64, key: (inout ByteWriter) -> Void, value: ((inout ByteWriter) -> Void)?
    ) {
        begin(hash, isTombstone: value == nil)
        if layout.keyWidth == nil {
            scratch.removeAll()
            key(&scratch)
            data.writeLength(scratch.count)
            scratch.withBytes { data.write($0) }
        } else {
            key(&data)
        }
        if let value {
            value(&data)
        } else if layout.entryWidth != nil, let width = layout.valueWidth {
            for _ in 0..<width { data.write(UInt8(0)) }
        }
    }

    /// Appends an entry in its stored form: remainder (with its length) and value.
    package mutating func append(hash: UInt64, stored entry: UnsafeRawBufferPointer, isTombstone: Bool) {
        begin(hash, isTombstone: isTombstone)
        data.write(entry)
    }

    @inlinable
    @inline(__always)
    package mutating func begin(_ hash: UInt64, isTombstone: Bool) {
        if count == 0 { firstHash = hash }
        lastHash = hash
        hashes.write(hash)
        if layout.entryWidth == nil { offsets.write(UInt32(data.count)) }
        if isTombstone {
            hasTombstones = true
            while tombstones.count <= count >> 3 { tombstones.append(0) }
            tombstones[count >> 3] |= 1 << UInt8(count & 7)
        }
        count += 1
    }

    /// Writes the segment to `output` and empties the writer.
    package mutating func finish(into output: inout ByteWriter) {
        output.reserve(encodedSize)
        output.write(UInt32(count))
        output.write(UInt32(data.count))
        output.write(layout.keyWidth.map { UInt32($0) } ?? EntryLayout.variable)
        output.write(layout.valueWidth.map { UInt32($0) } ?? EntryLayout.variable)
        output.write(hasTombstones ? Self.tombstoneFlag : 0)
        output.write(UInt32(0))
        hashes.withBytes { output.write($0) }
        if hasTombstones {
            while tombstones.count < (count + 7) / 8 { tombstones.append(0) }
            tombstones.withUnsafeBytes { output.write($0) }
        }
        if layout.entryWidth == nil {
            offsets.withBytes { output.write($0) }
            output.write(UInt32(data.count))
        }
        data.withBytes { output.write($0) }
        removeAll()
    }

    private mutating func removeAll() {
        hashes.removeAll()
        offsets.removeAll()
        data.removeAll()
        tombstones.removeAll(keepingCapacity: true)
        hasTombstones = false
        count = 0
    }
}
