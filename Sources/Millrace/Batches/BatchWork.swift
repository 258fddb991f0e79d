/// A closed batch, until all of its records are done.
final class BatchWork<Record: Sendable> {
    enum State {
        /// It has not started yet.
        case waiting
        /// It waits for a place among the batches in flight, to be passed to the handler now or, after a failure, at
        /// this time.
        case ready(at: Duration?)
        /// Its handler is running.
        case working
        /// It has a place again after a failure, and waits for the time of its retry.
        case pausing
        /// All records are done.
        case over
    }

    let number: Int
    let cause: Batch<Record>.Cause
    let entries: [BatchEntry<Record>]
    /// The order hashes of its records; empty if no order is kept.
    let orderHashes: Set<UInt64>
    /// The earliest event time of its records.
    let earliest: Timestamp
    var progress: BatchProgress
    var state = State.waiting

    var isWaiting: Bool { if case .waiting = state { true } else { false } }
    var isOver: Bool { if case .over = state { true } else { false } }
    /// Whether it counts as a batch in flight.
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
    /// Whether it has failed and is not being retried yet.
    var isHeldUp: Bool {
        switch state {
        case .pausing, .ready: true
        case .waiting, .working, .over: false
        }
    }

    /// The number of records that have been emitted or have failed permanently.
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

    /// Returns the records that are not done, for the handler.
    func batch(attempt: Int) -> Batch<Record> {
        let inHand = progress.inHand
        return Batch(
            inHand.map { entries[$0].record }, times: inHand.map { entries[$0].time }, attempt: attempt, cause: cause)
    }
}
