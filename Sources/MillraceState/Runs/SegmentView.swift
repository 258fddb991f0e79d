/// A view of a segment in place, in LMDB's map. See `SegmentWriter` for the format. Valid as long as the bytes are.
package struct SegmentView {
    package let count: Int
    package let layout: EntryLayout
    private let hashes: UnsafeRawPointer
    private let tombstones: UnsafeRawPointer?
    private let offsets: UnsafeRawPointer?
    private let data: UnsafeRawPointer
    private let dataLength: Int

    /// Checks that the parts fit into `bytes`. Entries are checked when they are read.
    package init(_ bytes: UnsafeRawBufferPointer) throws(StateDecodingError) {
        var reader = ByteReader(bytes)
        count = Int(try reader.read(UInt32.self))
        dataLength = Int(try reader.read(UInt32.self))
        let keyWidth = try reader.read(UInt32.self)
        let valueWidth = try reader.read(UInt32.self)
        let flags = try reader.read(UInt32.self)
        _ = try reader.read(UInt32.self)
        layout = EntryLayout(
            keyWidth: keyWidth == EntryLayout.variable ? nil : Int(keyWidth),
            valueWidth: valueWidth == EntryLayout.variable ? nil : Int(valueWidth))
        hashes = try Self.take(&reader, 8 * count)
        tombstones = flags & SegmentWriter.tombstoneFlag != 0 ? try Self.take(&reader, (count + 7) / 8) : nil
        offsets = layout.entryWidth == nil ? try Self.take(&reader, 4 * (count + 1)) : nil
        data = try Self.take(&reader, dataLength)
        if let width = layout.entryWidth, width * count != dataLength {
            throw StateDecodingError(expected: "\(count) entries of \(width) bytes", found: "\(dataLength) bytes")
        }
    }

    private static func take(_ reader: inout ByteReader, _ count: Int) throws(StateDecodingError) -> UnsafeRawPointer {
        try reader.readBytes(count).baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    }

    @inline(__always)
    package func hash(_ index: Int) -> UInt64 {
        UInt64(littleEndian: hashes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }

    @inline(__always)
    func isTombstone(_ index: Int) -> Bool {
        guard let tombstones else { return false }
        return tombstones.load(fromByteOffset: index >> 3, as: UInt8.self) & (1 << UInt8(index & 7)) != 0
    }

    /// Returns the entry in its stored form: remainder (with its length) and value.
    @inline(__always)
    package func stored(_ index: Int) throws(StateDecodingError) -> UnsafeRawBufferPointer {
        if let width = layout.entryWidth {
            return UnsafeRawBufferPointer(start: data + index * width, count: width)
        }
        guard let offsets else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = Int(UInt32(littleEndian: offsets.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
        let end = Int(UInt32(littleEndian: offsets.loadUnaligned(fromByteOffset: 4 * index + 4, as: UInt32.self)))
        guard start <= end, end <= dataLength else {
            throw StateDecodingError(expected: "an entry within \(dataLength) bytes", found: "\(start) to \(end)")
        }
        return UnsafeRawBufferPointer(start: data + start, count: end - start)
    }

    /// Returns the remainder and the value of a stored entry.
    @inline(__always)
    package func parts(
        _ entry: UnsafeRawBufferPointer
    ) throws(StateDecodingError) -> (remainder: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        var reader = ByteReader(entry)
        let length: Int
        if let keyWidth = layout.keyWidth { length = keyWidth } else { length = try reader.readLength() }
        let remainder = try reader.readBytes(length)
        return (remainder, try reader.readBytes(reader.remaining))
    }

    /// Returns the first index whose hash is not below `hash`.
    package func lowerBound(_ hash: UInt64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) >> 1
            if self.hash(middle) < hash { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
