import Millrace

/// A buffer that collects rows. Used by one task at a time.
final class RowBuffer {
    private(set) var count = 0
    private var writer = ByteWriter(capacity: 4096)

    /// The size of the collected rows in bytes.
    var byteCount: Int { writer.count }

    func append(_ row: [SQLValue]) {
        for value in row { value.encode(into: &writer) }
        count += 1
    }

    func removeAll() {
        count = 0
        writer.removeAll()
    }

    func batch(columns: [String]) -> RowBatch {
        RowBatch(columns: columns, count: count, bytes: writer.bytes()[...])
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { writer.withBytes(body) }
}
