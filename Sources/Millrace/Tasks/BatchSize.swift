/// How much a source task reads before it looks at channels, barriers and the clock: less where a record takes long, so that
/// a slow operator does not hold up checkpoints.
struct BatchSize {
    private(set) var limit = ReadLimit(records: Self.first, bytes: 1 << 20)

    /// Nothing is known of the operators at first.
    private static let first = 32
    private static let largest = 1024
    /// A batch should not take longer.
    private static let longest = Duration.milliseconds(20)

    /// A batch of so many records took so long.
    mutating func note(records: Int, took time: Duration) {
        if time > Self.longest {
            let fitting = Int(Double(records) * (Self.longest / time))
            limit.records = max(1, fitting)
        } else if time < Self.longest / 4, records >= limit.records, limit.records < Self.largest {
            limit.records = min(limit.records * 2, Self.largest)
        }
    }
}
