/// Bytes that are passed from a task to the checkpoint writer without being copied.
///
/// `@unchecked Sendable`: the bytes are never changed after `init`.
package final class Blob: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    package let count: Int

    package init(copying bytes: UnsafeRawBufferPointer) {
        base = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
        if let source = bytes.baseAddress { base.copyMemory(from: source, byteCount: bytes.count) }
        count = bytes.count
    }

    package init(_ writer: inout ByteWriter) {
        (base, count) = writer.release()
    }

    deinit { base.deallocate() }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
