/// A batch of records in a channel: the part that does not depend on the record type.
///
/// `@unchecked Sendable`: owned by one side at a time. The sender fills it and passes it to the channel; the receiver
/// takes, reads and empties it, and returns it.
@usableFromInline
class RecordBatch: @unchecked Sendable {
    @exclusivity(unchecked) @usableFromInline var count = 0
    /// The size of the input that the records came from, or their own size if that is greater, in bytes.
    var bytes = 0
    /// The sender's watermark when the batch was sent.
    var watermark = Watermark.start
    /// The origin of the first record: a position at or shortly before it.
    var first = RecordOrigin(partition: "", position: "")

    @usableFromInline
    init() {}

    /// Empties the batch for its next use.
    func removeAll() { count = 0 }
}

/// A batch of records of one type: columns of records, times and key hashes.
@usableFromInline
final class ExchangeBatch<Record: Sendable>: RecordBatch, @unchecked Sendable {
    @usableFromInline let records: UnsafeMutablePointer<Record>
    @usableFromInline let times: UnsafeMutablePointer<Timestamp>
    @usableFromInline let hashes: UnsafeMutablePointer<UInt64>

    /// The maximum number of records: large enough that the cost of a hand-over is negligible, small enough for the
    /// cache.
    @inlinable static var capacity: Int { 1024 }

    @usableFromInline
    override init() {
        records = .allocate(capacity: Self.capacity)
        times = .allocate(capacity: Self.capacity)
        hashes = .allocate(capacity: Self.capacity)
        super.init()
    }

    deinit {
        records.deinitialize(count: count)
        records.deallocate()
        times.deallocate()
        hashes.deallocate()
    }

    override func removeAll() {
        records.deinitialize(count: count)
        count = 0
    }
}
