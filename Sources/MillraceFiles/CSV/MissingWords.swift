/// The field texts that mean "no value", each as a word, so that a comparison is one instruction.
///
/// The memory belongs to the `CSVRow` of the file.
@frozen
@usableFromInline
struct MissingWords {
    /// Bit n is set if one of the texts is n bytes long (bit 63: more than 8 bytes).
    @usableFromInline let lengths: UInt64
    /// The texts of at most 8 bytes: the bytes, the first lowest, and their number.
    @usableFromInline let words: UnsafeBufferPointer<(word: UInt64, count: Int)>
    /// The longer ones.
    @usableFromInline let row: Unmanaged<CSVRow>

    /// Whether the `count` bytes at `start`, of which 8 can be read, mean "no value".
    @inlinable
    @inline(__always)
    func contains(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
        guard lengths &>> UInt64(truncatingIfNeeded: count < 9 ? count : 63) & 1 == 1 else { return false }
        return isSpelled(start, count)
    }

    @inlinable
    func isSpelled(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
        guard count <= 8 else { return isLongSpelling(start, count) }
        // Of no bytes, a shift by 64 would be none.
        if count == 0 { return true }
        let mask = UInt64.max &>> (64 &- UInt64(truncatingIfNeeded: count) &* 8)
        let word = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self)) & mask
        for spelling in words where spelling.word == word && spelling.count == count { return true }
        return false
    }

    @usableFromInline
    @inline(never)
    func isLongSpelling(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
        row.takeUnretainedValue().missing.contains(UnsafeRawBufferPointer(start: start, count: count))
    }
}
