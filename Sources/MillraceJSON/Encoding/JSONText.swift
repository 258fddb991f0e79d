/// A buffer for the text of a record, which is reused for the next one. Its owner deallocates it.
@frozen
@usableFromInline
struct JSONText {
    @usableFromInline var start: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var count = 0

    /// The initial capacity in bytes, which is enough for most records.
    private static var firstCapacity: Int { 4096 }

    @usableFromInline
    init() {
        capacity = Self.firstCapacity
        start = .allocate(capacity: capacity)
    }

    @usableFromInline
    func deallocate() { start.deallocate() }

    @inlinable
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    @inlinable
    mutating func clear() { count = 0 }

    /// Removes what was written after the first `count` bytes.
    @inlinable
    mutating func shrink(to count: Int) { self.count = count }

    /// Returns space for `more` bytes. The caller writes to it and then calls `advance` with the number written.
    @inlinable
    @inline(__always)
    mutating func reserve(_ more: Int) -> UnsafeMutablePointer<UInt8> {
        if count + more > capacity { grow(more) }
        return start + count
    }

    @inlinable
    @inline(__always)
    mutating func advance(_ written: Int) { count += written }

    @usableFromInline
    @inline(never)
    mutating func grow(_ more: Int) {
        let larger = max(2 * capacity, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: start, count: count)
        start.deallocate()
        start = moved
        capacity = larger
    }

    @inlinable
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
