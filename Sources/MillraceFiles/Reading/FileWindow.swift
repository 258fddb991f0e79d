/// The part of a file's content that is in memory: the bytes that were read and not yet decoded.
@usableFromInline
final class FileWindow {
    /// The number of bytes read at once: large enough to make system calls rare, small enough for one buffer per file.
    static let readSize = 256 << 10
    /// The number of zeros after the bytes that were read.
    static let padding = 64
    /// The maximum size of a record, in bytes. Anything longer is assumed to be damage.
    static let largestRecord = 16 << 20

    let content: FileContent
    /// The offset in the content of the first byte of `bytes`.
    private(set) var offset = 0
    /// The file's length when it was last checked.
    private(set) var knownSize: Int

    /// The memory; `padding` bytes of it are never filled.
    private var buffer: UnsafeMutableRawBufferPointer
    private var capacity: Int { buffer.count - Self.padding }
    private var start = 0
    private var end = 0

    init(_ content: FileContent, size: Int, readSize: Int) {
        self.content = content
        knownSize = size
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize + Self.padding, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The bytes that were read and not skipped; valid until the next `fill` or `move`.
    @usableFromInline var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    }

    /// Those of `bytes` that are before byte `end` of the content.
    @usableFromInline
    func bytes(before end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[start..<max(start, min(self.end, end &- offset &+ start))])
    }

    /// Skips the first `count` of `bytes`.
    @usableFromInline
    func advance(_ count: Int) {
        start += count
        offset += count
    }

    /// Seeks to byte `offset` of the content. A compressed file is decompressed up to there, a part at each call; returns
    /// whether it is reached.
    func move(to offset: Int) throws -> Bool {
        if end > start, offset >= self.offset, offset - self.offset <= end - start {
            advance(offset - self.offset)
            return true
        }
        self.offset = offset
        (start, end) = (0, 0)
        return try content.approach(offset, budget: Self.largestRecord)
    }

    /// The result of an attempt to read more.
    @usableFromInline
    enum Fill {
        case more
        case endOfFile
        /// The record exceeds the maximum size.
        case recordTooLong
    }

    /// Reads more of the content and appends it to `bytes`.
    func fill() throws -> Fill {
        makeRoom()
        guard end < capacity else { return .recordTooLong }
        let count = try content.read(into: .init(rebasing: buffer[end..<capacity]), at: endOffset)
        end += count
        UnsafeMutableRawBufferPointer(rebasing: buffer[end..<(end + Self.padding)])
            .initializeMemory(as: UInt8.self, repeating: 0)
        knownSize = max(knownSize, fileEnd)
        return count == 0 ? .endOfFile : .more
    }

    /// Stores the file's present length.
    func noteSize(_ size: Int) { knownSize = size }

    /// The offset in the content of the end of `bytes`.
    var endOffset: Int { offset + (end - start) }

    /// The number of bytes of the file, compressed or not, that were read.
    var fileEnd: Int { content.compressedEnd ?? endOffset }

    private func makeRoom() {
        if start > 0 {
            let rest = end - start
            if rest > 0 {
                UnsafeMutableRawBufferPointer(rebasing: buffer[..<rest])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            }
            (start, end) = (0, rest)
        }
        guard end == capacity, capacity < Self.largestRecord else { return }
        // Doubling keeps the time to find the end of a long record proportional to its length.
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(capacity * 2, Self.largestRecord) + Self.padding, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
        buffer.deallocate()
        buffer = larger
    }
}
