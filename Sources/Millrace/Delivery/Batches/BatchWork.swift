/// A batch that was closed, until all of it is done.
final class BatchWork<Record: Sendable> {
    enum State {
        /// For its turn.
        case waiting
        /// Handed over.
        case working
        /// It failed, and waits until it is tried again.
        case pausing
        /// Every record has its fate.
        case over
    }

    let number: Int
    let cause: Batch<Record>.Cause
    let entries: [BatchEntry<Record>]
    /// The order hashes that it has; empty if no order is kept.
    let orderHashes: Set<UInt64>
    /// The least time of its records.
    let earliest: Timestamp
    var progress: BatchProgress
    var state = State.waiting
    /// Records that have been passed on or given up.
    var passed = 0

    init(
        number: Int, _ cause: Batch<Record>.Cause, _ entries: [BatchEntry<Record>], keepsOrder: Bool,
        _ progress: BatchProgress
    ) {
        self.number = number
        self.cause = cause
        self.entries = entries
        self.progress = progress
        earliest = entries.lazy.map(\.time).min() ?? .distantFuture
        orderHashes = keepsOrder ? Set(entries.map(\.orderHash)) : []
    }

    /// The records in hand as the handler sees them.
    func batch(attempt: Int) -> Batch<Record> {
        let inHand = progress.inHand
        return Batch(
            inHand.map { entries[$0].record }, times: inHand.map { entries[$0].time }, attempt: attempt, cause: cause)
    }
}
