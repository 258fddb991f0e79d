/// A record in a batch, with its place in the source.
struct BatchEntry<Record: Sendable> {
    let record: Record
    let time: Timestamp
    /// Records with the same hash are processed in order.
    let orderHash: UInt64
    let origin: RecordOrigin
    /// The source position from which a restart reads the record again; `nil` if positions are not tracked.
    let position: [UInt8]?
}

/// The batch that is being filled; decides when it is full. Pure: time comes in as an argument.
struct OpenBatch<Record: Sendable> {
    let size: Int
    let within: Duration
    let bytes: Int?
    private(set) var entries: [BatchEntry<Record>] = []
    private(set) var heldBytes = 0
    /// The earliest event time of its records.
    private(set) var earliest: Timestamp?
    /// When the batch has to be closed; `nil` while it is empty.
    private(set) var deadline: Duration?

    init(size: Int, within: Duration, bytes: Int?) {
        self.size = size
        self.within = within
        self.bytes = bytes
    }

    /// Whether a record of `bytes` bytes would exceed the batch's size, so that the batch is closed before it. A single
    /// record that is larger than the limit is a batch of its own.
    func overflows(with bytes: Int) -> Bool {
        guard let bound = self.bytes else { return false }
        return !entries.isEmpty && heldBytes + bytes > bound
    }

    /// Whether the batch has a record with this order hash.
    func holds(_ orderHash: UInt64) -> Bool { entries.contains { $0.orderHash == orderHash } }

    /// Adds a record. Returns why the batch is to be closed now, or `nil` if it is not.
    mutating func add(_ entry: BatchEntry<Record>, bytes: Int, now: @autoclosure () -> Duration) -> Batch<Record>.Cause?
    {
        if entries.isEmpty { deadline = now() + within }
        entries.append(entry)
        heldBytes += bytes
        earliest = min(earliest ?? entry.time, entry.time)
        if entries.count >= size { return .size }
        if let bound = self.bytes, heldBytes >= bound { return .bytes }
        return nil
    }

    func isDue(_ now: Duration) -> Bool { deadline.map { $0 <= now } ?? false }

    /// Empties the batch and returns its records.
    mutating func take() -> [BatchEntry<Record>] {
        defer {
            entries = []
            heldBytes = 0
            earliest = nil
            deadline = nil
        }
        return entries
    }
}
