/// A growing buffer that values of state are encoded into. Numbers are little-endian, without padding.
///
/// ```swift
/// var writer = ByteWriter()
/// writer.write("AA")
/// writer.write(Int32(14))
/// let stored = writer.bytes()      // [2, 65, 65, 14, 0, 0, 0]
/// ```
@frozen
public struct ByteWriter: ~Copyable {
    @usableFromInline package var base: UnsafeMutableRawPointer
    @usableFromInline package var capacity: Int
    @usableFromInline var storedCount: Int

    /// The number of bytes written so far.
    @inlinable
    public var count: Int { storedCount }

    /// Creates an empty writer.
    ///
    /// - Parameter capacity: the number of bytes that it has room for before it grows. Default: 64.
    @inlinable
    public init(capacity: Int = 64) {
        let capacity = max(capacity, 16)
        base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        self.capacity = capacity
        storedCount = 0
    }

    deinit { base.deallocate() }

    /// Makes room for `extra` more bytes.
    @inlinable
    public mutating func reserve(_ extra: Int) {
        if storedCount &+ extra > capacity { grow(extra) }
    }

    @usableFromInline
    package mutating func grow(_ extra: Int) {
        let newCapacity = max(capacity * 2, storedCount + extra)
        let replacement = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        replacement.copyMemory(from: base, byteCount: storedCount)
        base.deallocate()
        base = replacement
        capacity = newCapacity
    }

    /// Writes the bytes of a fixed-layout value as they are in memory.
    @inlinable
    public mutating func writeBits<T: BitwiseCopyable>(_ value: T) {
        let size = MemoryLayout<T>.size
        reserve(size)
        (base + storedCount).storeBytes(of: value, as: T.self)
        storedCount &+= size
    }

    /// Writes an integer in little-endian order.
    @inlinable
    public mutating func write<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        writeBits(value.littleEndian)
    }

    /// Writes bytes unchanged.
    @inlinable
    public mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + storedCount).copyMemory(from: source, byteCount: bytes.count)
        storedCount &+= bytes.count
    }

    /// Writes a length, encoded in LEB128.
    @inlinable
    public mutating func writeLength(_ length: Int) {
        var rest = UInt64(bitPattern: Int64(length))
        while rest >= 0x80 {
            write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(UInt8(truncatingIfNeeded: rest))
    }

    /// Writes a string: the number of its UTF-8 bytes and the bytes.
    @inlinable
    public mutating func write(_ string: String) {
        var string = string
        string.withUTF8 { utf8 in
            writeLength(utf8.count)
            write(UnsafeRawBufferPointer(utf8))
        }
    }

    /// Overwrites the integer at `offset`, which must have been written before.
    mutating func patch<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<T>.size <= storedCount, "patch beyond what was written")
        (base + offset).storeBytes(of: value.littleEndian, as: T.self)
    }

    /// Appends zeros up to a multiple of `alignment` bytes.
    package mutating func pad(to alignment: Int) {
        while storedCount % alignment != 0 { write(UInt8(0)) }
    }

    /// Removes all bytes and keeps the capacity.
    @inlinable
    public mutating func removeAll() { storedCount = 0 }

    /// Calls `body` with the bytes written so far. The buffer is only valid during the call.
    @inlinable
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base, count: storedCount))
    }

    /// Returns the memory, which the caller has to deallocate, and the number of bytes written. The writer is empty
    /// afterwards.
    package mutating func release() -> (UnsafeMutableRawPointer, Int) {
        let result = (base, storedCount)
        base = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
        capacity = 16
        storedCount = 0
        return result
    }

    /// Returns a copy of the bytes written so far.
    public func bytes() -> [UInt8] { withBytes { [UInt8]($0) } }
}
