/// Assigns unique producer ids. A block of ids is recorded before its first one is used, so that a restarted broker
/// continues after it.
struct ProducerIDs {
    private var next: Int64
    private var end: Int64

    private static let block: Int64 = 1000

    /// - Parameter from: the first unused id.
    init(from: Int64 = 1000) {
        next = from
        end = from
    }

    /// Returns the next id. Before a new block begins, `note` is called with the number below which ids may be in use.
    mutating func take(_ note: (Int64) -> Void) -> Int64 {
        if next == end {
            end += Self.block
            note(end)
        }
        defer { next += 1 }
        return next
    }
}
