import Millrace

/// Rows that are being gathered. Used by one task at a time.
final class RowBuffer {
    private(set) var count = 0
    private var writer = ByteWriter(capacity: 4096)

    /// Bytes gathered.
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
