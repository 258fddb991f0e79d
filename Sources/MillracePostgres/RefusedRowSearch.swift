/// Looks for the first row of a batch that is refused. Pure: it says which rows to insert next, and is told whether they were
/// taken. Rows that were taken stay; of those that were not each half is tried.
struct RefusedRowSearch {
    /// So many rows were taken, from the first on.
    private(set) var taken = 0
    private var end: Int

    /// Among `count` rows that were refused together.
    init(count: Int) { end = count }

    /// The rows to insert next; `nil` when only one is left, number `taken`.
    var next: Range<Int>? { end - taken > 1 ? taken..<(taken + (end - taken) / 2) : nil }

    /// What became of `next`.
    mutating func note(isTaken: Bool) {
        guard let part = next else { return }
        if isTaken { taken = part.upperBound } else { end = part.upperBound }
    }
}
