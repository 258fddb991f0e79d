/// A record in a batch, with what is needed to say where it came from.
struct BatchEntry<Record: Sendable> {
    let record: Record
    let time: Timestamp
    /// Equal for records whose order is kept.
    let orderHash: UInt64
    let origin: RecordOrigin
    /// Where its source goes on if it is not done; only where that is asked for.
    let position: [UInt8]?
}

/// The batch that is being filled: says when it is full. Pure: time comes in as an argument.
struct OpenBatch<Record: Sendable> {
    let size: Int
    let within: Duration
    let bytes: Int?
    private(set) var entries: [BatchEntry<Record>] = []
    private(set) var heldBytes = 0
    /// The least time of its records.
    private(set) var earliest: Timestamp?
    /// When it has to be closed; `nil` while it is empty.
    private(set) var deadline: Duration?

    init(size: Int, within: Duration, bytes: Int?) {
        self.size = size
        self.within = within
        self.bytes = bytes
    }

    /// Whether a record of so many bytes would take the batch beyond its bound: it is closed before. (One record that is
    /// larger than the bound makes a batch of its own.)
    func overflows(with bytes: Int) -> Bool {
        guard let bound = self.bytes else { return false }
        return !entries.isEmpty && heldBytes + bytes > bound
    }

    /// Whether it has a record whose order with another is kept.
    func holds(_ orderHash: UInt64) -> Bool { entries.contains { $0.orderHash == orderHash } }

    /// Adds a record; why the batch is to be closed now, if it is.
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

    /// Empties it; what it held.
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
