/// Records on their way from one task to another, with what every kind of batch has in common.
///
/// `@unchecked Sendable`: owned by one side at a time. The sender fills it and gives it to the channel; the receiver
/// takes it, reads it, empties it and gives it back.
@usableFromInline
class RecordBatch: @unchecked Sendable {
    @exclusivity(unchecked) @usableFromInline var count = 0
    /// Bytes of input that the records came from, or their own size if that is more.
    var bytes = 0
    /// What event time had come to at the sender when the batch was sent.
    var watermark = Watermark.start
    /// Where the first record came from: a place at or shortly before it.
    var first = RecordOrigin(partition: "", position: "")

    @usableFromInline
    init() {}

    /// Empties the batch for its next use.
    func removeAll() { count = 0 }
}

/// A batch of one type of records: records, times and key hashes each side by side.
@usableFromInline
final class ExchangeBatch<Record: Sendable>: RecordBatch, @unchecked Sendable {
    @usableFromInline let records: UnsafeMutablePointer<Record>
    @usableFromInline let times: UnsafeMutablePointer<Timestamp>
    @usableFromInline let hashes: UnsafeMutablePointer<UInt64>

    /// Records in a batch, at most: large enough that handing it over does not count, small enough for the cache.
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
