import Millrace
import Synchronization

/// Sums up what reaches it: each task keeps its own tally and hands it in when it ends.
struct TallySink<Input: Sendable>: Sink {
    let total = Total()
    let add: @Sendable (inout Checksum, Input) -> Void

    init(_ add: @escaping @Sendable (inout Checksum, Input) -> Void) { self.add = add }

    var summary: String { "tally" }

    func open(_ context: SinkContext) -> Writer { Writer(total: total, add: add) }

    /// The tallies of the tasks that have ended.
    final class Total: Sendable {
        private let sum = Mutex(Checksum())
        var checksum: Checksum { sum.withLock { $0 } }
        func merge(_ other: Checksum) { sum.withLock { $0.merge(other) } }
    }

    struct Writer: SinkWriter {
        let total: Total
        let add: @Sendable (inout Checksum, Input) -> Void
        var own = Checksum()

        mutating func write(_ record: Input, at time: Timestamp) { add(&own, record) }
        mutating func close() { total.merge(own) }
    }
}

extension Checksum {
    /// Counts a row without a hash.
    mutating func countRow() { rows += 1 }
}
