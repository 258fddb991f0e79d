/// Gives out producer ids, none of them twice: a block of them is noted before its first is given, so that a broker that
/// comes back goes on behind it.
struct ProducerIDs {
    private var next: Int64
    private var end: Int64

    private static let block: Int64 = 1000

    /// - Parameter from: the first that nobody has.
    init(from: Int64 = 1000) {
        next = from
        end = from
    }

    /// The next one; `note` is told, first, below which number ids may be in use from now on.
    mutating func take(_ note: (Int64) -> Void) -> Int64 {
        if next == end {
            end += Self.block
            note(end)
        }
        defer { next += 1 }
        return next
    }
}
