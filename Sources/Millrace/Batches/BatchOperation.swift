/// What the tasks of a batch operator share.
@usableFromInline
final class BatchOperation<Record: Sendable>: Sendable {
    let size: Int
    let within: Duration
    let bytes: Int?
    let concurrency: BatchConcurrency
    let acknowledgement: Acknowledgement
    let retry: RetryPolicy
    let route: RetryRoute<Record>?
    let onError: ErrorPolicy<Record>
    let options: BatchOptions<Record>
    /// Order is kept by `options.orderedBy`, or by the key.
    let keepsOrder: Bool
    let handle: @Sendable (Batch<Record>) async throws -> BatchOutcome
    let rate: RateLimiter?
    let log = FailureLog()

    @usableFromInline
    init(
        of size: Int, within: Duration, bytes: Int?, concurrency: BatchConcurrency, _ acknowledgement: Acknowledgement,
        _ retry: RetryPolicy, _ route: RetryRoute<Record>?, _ onError: ErrorPolicy<Record>,
        _ options: BatchOptions<Record>, isKeyed: Bool,
        _ handle: @escaping @Sendable (Batch<Record>) async throws -> BatchOutcome
    ) {
        self.size = size
        self.within = within
        self.bytes = bytes
        self.concurrency = concurrency
        self.acknowledgement = acknowledgement
        self.retry = retry
        self.route = route
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
            (bytes.map { $0 >= 1 } ?? true, "batches of \(bytes ?? 0) bytes", "Give bytes: one at least, or none"),
            (concurrency.least >= 1, "\(concurrency) batches under way at once", "Give concurrency: one at least"),
            (
                route.map { !$0.delays.isEmpty } ?? true, "a retry route without delays",
                "Give it one delay at least, for each time that a record is sent back"
            )) + options.problems + retry.problems
    }

    /// What is given up can be replayed.
    var keepsDeadLetters: Bool { if case .deadLetter = onError { true } else { false } }

    @usableFromInline
    var detail: String {
        let bound = bytes.map { " or \($0) bytes" } ?? ""
        return "of \(size)\(bound) within \(within), \(concurrency) in flight, \(acknowledgement)"
    }

    /// Draws the ways out beside the main one in the printed graph.
    @usableFromInline
    func link(_ producer: OperatorNode) {
        producer.refuse(problems)
        if case .deadLetter(let side) = onError { side.link(from: producer) }
        route?.output.link(from: producer)
    }
}
