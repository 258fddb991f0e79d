/// A batch that was closed, until all of it is done.
final class BatchWork<Record: Sendable> {
    enum State {
        /// For its turn.
        case waiting
        /// For a place: what is in hand is to be handed over now, or at this time after a failure.
        case ready(at: Duration?)
        /// Handed over.
        case working
        /// It failed, has its place again, and waits until its time has come.
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

    var isWaiting: Bool { if case .waiting = state { true } else { false } }
    var isOver: Bool { if case .over = state { true } else { false } }
    /// It has one of the places of those that may be under way.
    var hasPlace: Bool {
        switch state {
        case .working, .pausing: true
        case .waiting, .ready, .over: false
        }
    }
    var needsPlace: Bool {
        switch state {
        case .waiting, .ready: true
        case .working, .pausing, .over: false
        }
    }
    /// It failed, and is not tried again yet.
    var isHeldUp: Bool {
        switch state {
        case .pausing, .ready: true
        case .waiting, .working, .over: false
        }
    }

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
