/// A buffer for the text of a record, which is reused for the next one. Its owner deallocates it.
struct JSONText {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    /// The initial capacity in bytes, which is enough for most records.
    private static var firstCapacity: Int { 4096 }

    init() {
        capacity = Self.firstCapacity
        start = .allocate(capacity: capacity)
    }

    func deallocate() { start.deallocate() }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    mutating func clear() { count = 0 }

    /// Returns space for `more` bytes. The caller writes to it and then calls `advance` with the number written.
    @inline(__always)
    mutating func reserve(_ more: Int) -> UnsafeMutablePointer<UInt8> {
        if count + more > capacity { grow(more) }
        return start + count
    }

    @inline(__always)
    mutating func advance(_ written: Int) { count += written }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let larger = max(2 * capacity, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: start, count: count)
        start.deallocate()
        start = moved
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1).pointee = byte
        count += 1
    }

    /// Appends text that needs no quotes and no escapes.
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            UnsafeMutableBufferPointer(start: reserve(bytes.count), count: bytes.count).update(fromContentsOf: bytes)
            count += bytes.count
        }
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    fileprivate func update(fromContentsOf bytes: UnsafeBufferPointer<UInt8>) {
        UnsafeMutableRawBufferPointer(self).copyMemory(from: UnsafeRawBufferPointer(bytes))
    }
}
