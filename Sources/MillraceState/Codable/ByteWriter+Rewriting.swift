// Changes of bytes that are already written, for the codec of `CodableState`.

extension ByteWriter {
    /// Removes all bytes from `offset` on.
    package mutating func truncate(to offset: Int) {
        precondition(offset >= 0 && offset <= storedCount, "truncation beyond what was written")
        storedCount = offset
    }

    /// Replaces the byte before `body` by the length of everything from `body` on. Moves the bytes if the length takes
    /// more than one byte.
    mutating func patchLength(body: Int) {
        let length = storedCount - body
        if length < 0x80 {
            patch(UInt8(length), at: body - 1)
            return
        }
        let width = (Int.bitWidth - length.leadingZeroBitCount + 6) / 7
        reserve(width - 1)
        (base + body + width - 1).copyMemory(from: base + body, byteCount: length)
        storedCount = body - 1
        writeLength(length)
        storedCount += length
    }
}
