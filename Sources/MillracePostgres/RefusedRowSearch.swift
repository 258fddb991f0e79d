/// A binary search for the first rejected row of a batch. A pure value: it returns which rows to insert next, and is
/// told whether they were accepted. Accepted rows stay inserted; rejected ranges are halved.
struct RefusedRowSearch {
    /// The number of rows accepted so far, from the first one on.
    private(set) var taken = 0
    private var end: Int

    /// Begins a search among `count` rows that were rejected together.
    init(count: Int) { end = count }

    /// The rows to insert next; `nil` when a single row is left, whose index is `taken`.
    var next: Range<Int>? { end - taken > 1 ? taken..<(taken + (end - taken) / 2) : nil }

    /// Records whether the rows of `next` were accepted.
    mutating func note(isTaken: Bool) {
        guard let part = next else { return }
        if isTaken { taken = part.upperBound } else { end = part.upperBound }
    }
}
