/// The part of a file that is in memory: what was read of it and not yet handed over.
@usableFromInline
final class FileWindow {
    /// Read at once; big enough to make system calls rare, small enough for one buffer a file.
    static let readSize = 256 << 10
    /// Longest record that is read. What goes beyond is taken for a damaged file rather than for a record.
    static let largestRecord = 16 << 20

    let file: OpenFile
    /// Where in the file the first byte of `bytes` is.
    private(set) var offset = 0
    /// The file's length when it was last looked at.
    private(set) var knownSize: Int

    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    init(_ file: OpenFile, size: Int, readSize: Int) {
        self.file = file
        knownSize = size
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// What was read and not passed over; good until the next `fill` or `move`.
    @usableFromInline var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    }

    /// Passes over the first `count` of `bytes`.
    @usableFromInline
    func advance(_ count: Int) {
        start += count
        offset += count
    }

    /// Goes to byte `offset` of the file.
    func move(to offset: Int) {
        if offset >= self.offset, offset - self.offset <= end - start {
            return advance(offset - self.offset)
        }
        self.offset = offset
        (start, end) = (0, 0)
    }

    /// What came of an attempt to read more.
    @usableFromInline
    enum Fill {
        case more
        case endOfFile
        /// The record is longer than any may be.
        case recordTooLong
    }

    /// Reads more of the file behind `bytes`.
    func fill() throws -> Fill {
        makeRoom()
        guard end < buffer.count else { return .recordTooLong }
        let count = try reading { () throws(FileFailure) in
            try file.read(into: .init(rebasing: buffer[end...]), at: offset + (end - start))
        }
        end += count
        knownSize = max(knownSize, offset + (end - start))
        return count == 0 ? .endOfFile : .more
    }

    /// The file is this long.
    func noteSize(_ size: Int) { knownSize = size }

    /// Bytes of the file that were passed over or are in memory.
    var endOffset: Int { offset + (end - start) }

    private func makeRoom() {
        if start > 0 {
            let rest = end - start
            if rest > 0 {
                UnsafeMutableRawBufferPointer(rebasing: buffer[..<rest])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            }
            (start, end) = (0, rest)
        }
        guard end == buffer.count, buffer.count < Self.largestRecord else { return }
        // Doubling keeps the time spent on looking for a long record's end proportional to its length.
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(buffer.count * 2, Self.largestRecord), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
        buffer.deallocate()
        buffer = larger
    }
}
