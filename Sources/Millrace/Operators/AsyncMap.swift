import Synchronization

/// Options of `asyncMap`: the concurrency, timeout, retries and order of its calls.
///
/// ```swift
/// let options = AsyncMapOptions(concurrency: 100, timeout: .seconds(2), attempts: 5, ordered: false)
/// orders.asyncMap(options, onError: .skip) { order in
///     Enriched(order, try await customers.fetch(order.customer))
/// }
/// ```
public struct AsyncMapOptions: Sendable {
    /// The maximum number of calls in flight at once in each task, including retries. Default: 64.
    public var concurrency: Int
    /// The time limit of a call. Default: 10 s.
    ///
    /// At the limit the call is cancelled and counts as failed. A call that continues after being cancelled is ignored,
    /// but occupies one of the `concurrency` slots until it ends. The operator fails when all slots are occupied by
    /// calls that have continued for another `timeout`.
    public var timeout: Duration
    /// The maximum number of attempts for each record, including the first. Default: 3.
    public var attempts: Int
    /// The pause before the second attempt. It doubles with each further attempt, up to an hour. Default: 100 ms.
    public var backoff: Duration
    /// Whether results keep the order of the records. If not, results within a batch are emitted as their calls end.
    /// Default: true.
    public var ordered: Bool

    /// Creates options.
    ///
    /// Each parameter sets the property of the same name.
    public init(
        concurrency: Int = 64, timeout: Duration = .seconds(10), attempts: Int = 3,
        backoff: Duration = .milliseconds(100), ordered: Bool = true
    ) {
        self.concurrency = concurrency
        self.timeout = timeout
        self.attempts = attempts
        self.backoff = backoff
        self.ordered = ordered
    }

    /// Returns the pause after the given number of failed attempts.
    func pause(after attempts: Int) -> Duration {
        var pause = backoff
        for _ in 1..<max(1, attempts) {
            guard pause < .seconds(3600) else { break }
            pause = min(pause * 2, .seconds(3600))
        }
        return pause
    }

    @usableFromInline var problems: [GraphProblem] {
        GraphProblem.unmet(
            (concurrency >= 1, "\(concurrency) calls at once", "Give concurrency one at least"),
            (attempts >= 1, "\(attempts) attempts", "Give attempts one at least"),
            (timeout > .zero, "a call may take \(timeout)", "Give timeout a time above zero"),
            (backoff >= .zero, "a pause of \(backoff) before a retry", "Give backoff zero or more"))
    }
}

extension Stream {
    /// Calls an asynchronous function for each record, such as a request to a service or a database query.
    ///
    /// ```swift
    /// orders.asyncMap(AsyncMapOptions(concurrency: 100, timeout: .seconds(2))) { order in
    ///     Enriched(order, try await customers.fetch(order.customer))
    /// }
    /// ```
    ///
    /// Calls for several records are in flight at once. Event time, checkpoints and further input wait until all
    /// records of the current batch (at most 1,024) have their results; no call is in flight at a checkpoint.
    ///
    /// Restart: the function is called again for the records after the checkpoint.
    ///
    /// - Parameters:
    ///   - options: the concurrency, timeout, retries and order of the calls.
    ///   - onError: what happens to a record whose last attempt failed. Default: the operator fails.
    ///   - call: returns the result for a record.
    /// - Returns: a stream of the results, each with the time of its record.
    @inlinable
    public func asyncMap<Output: Sendable>(
        _ options: AsyncMapOptions = AsyncMapOptions(), onError: ErrorPolicy<Record> = .fail,
        _ call: @escaping @Sendable (Record) async throws -> Output
    ) -> Stream<Output> {
        let detail = "\(options.concurrency) at once, \(options.ordered ? "in order" : "as they come")"
        let result: Stream<Output> = attach(
            "async map", detail: detail, flow: .beforeEventTime, onError: onError
        ) { context, node, failures, next in
            let calls = AsyncMapInstance(options, call, next: next, failures: failures, of: node, in: context)
            context.register(calls, of: node)
            return Push { records, times, count in
                for index in 0..<count { calls.add(records[index], times[index]) }
            }
        }
        result.node.producer.refuse(options.problems)
        return result
    }
}

/// The calls of one task.
@usableFromInline
final class AsyncMapInstance<Record: Sendable, Output: Sendable>: OperatorInstance {
    private struct Waiting {
        let record: Record
        let time: Timestamp
        /// The number of calls made for this record.
        var attempts = 0
        var result: Result<Output, any Error>?
    }

    private let options: AsyncMapOptions
    private let call: @Sendable (Record) async throws -> Output
    private let next: Push<Output>
    private let failures: FailureHandler<Record>
    private let operatorID: String
    private let calls: CallQueue
    private let signal: TaskSignal
    private let clock: any PipelineClock
    private let answers = Answers<Output>()
    private let lost: LostCalls
    /// The records of the current batch in order; a call has been made for the first `started` of them.
    private var waiting: [Waiting] = []
    private var started = 0
    private var passed = 0
    private var answered = 0
    /// Records whose call failed, and the time of the next attempt; it is made when a slot is free.
    private var again: [(number: Int, due: Duration)] = []

    @usableFromInline
    init(
        _ options: AsyncMapOptions, _ call: @escaping @Sendable (Record) async throws -> Output, next: Push<Output>,
        failures: FailureHandler<Record>, of node: OperatorNode, in context: TaskContext
    ) {
        self.options = options
        self.call = call
        self.next = next
        self.failures = failures
        operatorID = node.id
        calls = context.calls
        signal = context.signal
        clock = context.run.options.clock
        lost = LostCalls(context.signal)
    }

    @usableFromInline static var mayWait: Bool { true }

    @usableFromInline
    func add(_ record: Record, _ time: Timestamp) {
        waiting.append(Waiting(record: record, time: time))
        start()
    }

    /// The number of calls that run or pause before a retry, without lost ones.
    private var underWay: Int { started - answered - again.count }

    /// Starts as many calls as there are free slots, retries first.
    private func start() {
        while underWay < options.concurrency - lost.count {
            if !again.isEmpty {
                let (number, due) = again.removeFirst()
                begin(number, at: due)
            } else if started < waiting.count {
                started += 1
                begin(started - 1, at: nil)
            } else {
                return
            }
        }
    }

    private func begin(_ number: Int, at due: Duration?) {
        waiting[number].attempts += 1
        let (record, call, answers, signal, clock) = (waiting[number].record, call, answers, signal, clock)
        let timed = TimedCall(timeout: options.timeout, clock: clock, lost: lost)
        calls.add(of: operatorID) {
            if let due {
                do { try await clock.sleep(until: due) } catch {
                    // The task is over.
                    return answers.add(number, .failure(error))
                }
            }
            await timed.run {
                try await call(record)
            } answer: {
                answers.add(number, $0)
                signal.wake()
            }
        }
    }

    @usableFromInline
    func drain() throws -> Bool {
        for (number, result) in answers.take() {
            let attempts = waiting[number].attempts
            if case .failure = result, attempts < options.attempts {
                again.append((number, clock.now + options.pause(after: attempts)))
                continue
            }
            waiting[number].result = result
            answered += 1
            if !options.ordered { try pass(number) }
        }
        start()
        if !again.isEmpty || started < waiting.count {
            do { try lost.check(places: options.concurrency, timeout: options.timeout) } catch {
                throw OperatorFailure(operatorID: operatorID, cause: error)
            }
        }
        if options.ordered {
            while passed < waiting.count, waiting[passed].result != nil {
                try pass(passed)
                passed += 1
            }
        }
        guard answered == waiting.count else { return false }
        waiting.removeAll(keepingCapacity: true)
        (started, passed, answered) = (0, 0, 0)
        return true
    }

    private func pass(_ number: Int) throws {
        switch waiting[number].result {
        case .success(let output): try next(output, waiting[number].time)
        case .failure(let error):
            let failed = waiting[number]
            try failures.handle(error, failed.record, failed.time, attempts: failed.attempts)
        case nil: break
        }
    }

    /// No call is in flight: a checkpoint waits for `drain`.
    @usableFromInline
    func prepare(_ snapshot: inout TaskSnapshot) throws {}
}

/// Results of calls, on their way to the task.
private final class Answers<Output: Sendable>: Sendable {
    private let results = Mutex<[(Int, Result<Output, any Error>)]>([])

    func add(_ number: Int, _ result: Result<Output, any Error>) {
        results.withLock { $0.append((number, result)) }
    }

    func take() -> [(Int, Result<Output, any Error>)] {
        results.withLock { results in
            defer { results = [] }
            return results
        }
    }
}
