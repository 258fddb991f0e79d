/// The number of records that a source task reads before it checks channels, barriers and the clock. It is smaller
/// where records take long to process, so that a slow operator does not delay checkpoints.
struct BatchSize {
    private(set) var limit = ReadLimit(records: Self.first, bytes: 1 << 20)

    /// Small, because the cost of the operators is not known at first.
    private static let first = 32
    private static let largest = 1024
    /// How long a batch should take at most.
    private static let longest = Duration.milliseconds(20)

    /// Adapts the limit to the time that a batch of `records` records took.
    mutating func note(records: Int, took time: Duration) {
        if time > Self.longest {
            let fitting = Int(Double(records) * (Self.longest / time))
            limit.records = max(1, fitting)
        } else if time < Self.longest / 4, records >= limit.records, limit.records < Self.largest {
            limit.records = min(limit.records * 2, Self.largest)
        }
    }
}
