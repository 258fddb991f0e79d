/// The part of a batch operator that its tasks share.
@usableFromInline
final class BatchOperation<Record: Sendable>: Sendable {
    let size: Int
    let within: Duration
    let concurrency: BatchConcurrency
    let onError: ErrorPolicy<Record>
    let options: BatchOptions<Record>
    /// Whether order is kept, by `options.orderedBy` or by the key.
    let keepsOrder: Bool
    let handle: @Sendable (Batch<Record>) async throws -> BatchOutcome
    let rate: RateLimiter?
    let log = FailureLog()

    @usableFromInline
    init(
        of size: Int, within: Duration, concurrency: BatchConcurrency, _ onError: ErrorPolicy<Record>,
        _ options: BatchOptions<Record>, isKeyed: Bool,
        _ handle: @escaping @Sendable (Batch<Record>) async throws -> BatchOutcome
    ) {
        self.size = size
        self.within = within
        self.concurrency = concurrency
        self.onError = onError
        self.options = options
        keepsOrder = isKeyed || options.orderedBy != nil
        self.handle = handle
        rate = options.recordsPerSecond.map { RateLimiter(recordsPerSecond: $0) }
    }

    private var problems: [GraphProblem] {
        GraphProblem.unmet(
            (size >= 1, "batches of \(size) records", "Give of: one at least"),
            (within > .zero, "a batch is closed after \(within)", "Give within: a time above zero"),
            (concurrency.least >= 1, "\(concurrency) batches under way at once", "Give concurrency: one at least")
        ) + options.problems
    }

    /// Whether records that fail permanently are kept, and can be replayed.
    var keepsDeadLetters: Bool { if case .deadLetter = onError { true } else { false } }

    @usableFromInline
    var detail: String {
        let bound = options.bytes.map { " or \($0) bytes" } ?? ""
        return "of \(size)\(bound) within \(within), \(concurrency) in flight, \(options.acknowledgement)"
    }

    /// Adds edges to the side outputs to the graph.
    @usableFromInline
    func link(_ producer: OperatorNode) {
        producer.refuse(problems)
        onError.link(from: producer)
        options.retryTopic?.output.link(from: producer)
    }
}
