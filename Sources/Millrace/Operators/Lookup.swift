import Synchronization

/// How calls to something outside are made: how many at once, for how long, how often again.
public struct LookupOptions: Sendable {
    /// Calls under way at once, in each task.
    public var inFlight = 64
    /// How long a call may take. One that goes on although it is cancelled then is no longer waited for, and takes one of
    /// the places of `inFlight` until it ends; when as many have gone on for as long again, the operator fails.
    public var timeout: Duration = .seconds(10)
    /// How often a call that failed or took too long is made again.
    public var retries = 2
    /// What is waited before the first time; twice as long before each next, up to an hour.
    public var backoff: Duration = .milliseconds(100)
    /// Results in the order of the records; otherwise as they come, within a batch.
    public var isOrdered = true

    /// The defaults.
    public init(
        inFlight: Int = 64, timeout: Duration = .seconds(10), retries: Int = 2,
        backoff: Duration = .milliseconds(100), isOrdered: Bool = true
    ) {
        self.inFlight = inFlight
        self.timeout = timeout
        self.retries = retries
        self.backoff = backoff
        self.isOrdered = isOrdered
    }

    @usableFromInline var problems: [GraphProblem] {
        GraphProblem.unmet(
            (inFlight >= 1, "\(inFlight) calls at once", "Give inFlight one at least"),
            (retries >= 0, "\(retries) retries", "Give retries zero or more"),
            (timeout > .zero, "a call may take \(timeout)", "Give timeout a time above zero"),
            (backoff >= .zero, "a pause of \(backoff) before a retry", "Give backoff zero or more"))
    }
}

extension Stream {
    /// Asks something outside about each record: a service, a database.
    ///
    /// ```swift
    /// orders.lookup(LookupOptions(inFlight: 100, timeout: .seconds(2))) { order in
    ///     Enriched(order, try await customers.fetch(order.customer))
    /// }
    /// ```
    ///
    /// Calls are made for several records at once. Event time, checkpoints and further input wait until all records in hand
    /// (at most a batch of 1,024) have their answers, so that nothing is under way at a checkpoint.
    ///
    /// Restart: records behind the checkpoint are asked about again.
    ///
    /// - Parameter onError: what becomes of a record whose call failed for the last time.
    @inlinable
    public func lookup<Output: Sendable>(
        _ options: LookupOptions = LookupOptions(), onError: ErrorPolicy<Record> = .fail,
        _ call: @escaping @Sendable (Record) async throws -> Output
    ) -> Stream<Output> {
        let detail = "\(options.inFlight) at once, \(options.isOrdered ? "in order" : "as they come")"
        let result: Stream<Output> = attach("lookup", detail: detail) { context, node, next in
            let lookup = LookupParticipant(
                options, call, next: next, failures: FailureHandler(onError, of: node, in: context), of: node,
                in: context)
            context.register(lookup, of: node)
            return Push { records, times, count in
                for index in 0..<count { lookup.add(records[index], times[index]) }
            }
        }
        link(onError, from: result.node.producer)
        result.node.producer.refuse(options.problems)
        return result
    }
}

/// The calls of one task.
@usableFromInline
final class LookupParticipant<Record: Sendable, Output: Sendable>: StageParticipant {
    private struct Waiting {
        let record: Record
        let time: Timestamp
        var result: Result<Output, any Error>?
    }

    private let attempts: LookupAttempts<Record, Output>
    private let next: Push<Output>
    private let failures: FailureHandler<Record>
    private let operatorID: String
    private let answers = Answers<Output>()
    private let lost: LostCalls
    private var options: LookupOptions { attempts.options }
    /// The records in hand, in order; those up to `started` have been asked about.
    private var waiting: [Waiting] = []
    private var started = 0
    private var passed = 0
    private var answered = 0

    @usableFromInline
    init(
        _ options: LookupOptions, _ call: @escaping @Sendable (Record) async throws -> Output, next: Push<Output>,
        failures: FailureHandler<Record>, of node: OperatorNode, in context: TaskContext
    ) {
        self.next = next
        self.failures = failures
        operatorID = node.id
        lost = LostCalls(context.signal)
        attempts = LookupAttempts(
            options: options, call: call, operatorID: node.id, calls: context.calls, signal: context.signal,
            lost: lost, clock: context.run.options.clock)
    }

    @usableFromInline static var mayWait: Bool { true }

    @usableFromInline
    func add(_ record: Record, _ time: Timestamp) {
        waiting.append(Waiting(record: record, time: time))
        start()
    }

    /// Makes as many calls as may be under way.
    private func start() {
        while started < waiting.count, started - answered < options.inFlight - lost.count {
            let (number, record) = (started, waiting[started].record)
            started += 1
            attempts.make(record) { [answers] in answers.add(number, $0) }
        }
    }

    @usableFromInline
    func drain() throws -> Bool {
        do { try lost.check(places: options.inFlight, timeout: options.timeout) } catch {
            throw OperatorFailure(operatorID: operatorID, cause: error)
        }
        for (number, result) in answers.take() {
            waiting[number].result = result
            answered += 1
            if !options.isOrdered { try pass(number) }
        }
        start()
        if options.isOrdered {
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
        case .failure(let error): try failures.handle(error, waiting[number].record, waiting[number].time)
        case nil: break
        }
    }

    /// Nothing is under way here: a checkpoint waits for `drain`.
    @usableFromInline
    func prepare(_ snapshot: inout TaskSnapshot) throws {}
}

/// Makes the calls of one task, each until it succeeds or has failed for the last time.
private struct LookupAttempts<Record: Sendable, Output: Sendable>: Sendable {
    let options: LookupOptions
    let call: @Sendable (Record) async throws -> Output
    let operatorID: String
    let calls: CallQueue
    let signal: TaskSignal
    let lost: LostCalls
    let clock: any PipelineClock

    /// Calls for `record`, and gives `answer` what came of it.
    func make(_ record: Record, answer: @escaping @Sendable (Result<Output, any Error>) -> Void) {
        attempt(record, after: nil, pause: options.backoff, left: options.retries) {
            answer($0)
            signal.wake()
        }
    }

    /// - Parameters:
    ///   - wait: what is waited before.
    ///   - pause: what is waited before the attempt that follows if this one fails.
    ///   - left: attempts that may follow.
    private func attempt(
        _ record: Record, after wait: Duration?, pause: Duration, left: Int,
        answer: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) {
        calls.add(of: operatorID) {
            if let wait {
                do { try await clock.sleep(until: clock.now + wait) } catch { return answer(.failure(error)) }
            }
            await TimedCall(timeout: options.timeout, clock: clock, lost: lost).run {
                try await call(record)
            } answer: { result in
                // Cancelled: the task is over.
                if case .failure = result, left > 0, !Task.isCancelled {
                    attempt(
                        record, after: pause, pause: min(pause * 2, max(.seconds(3600), pause)), left: left - 1,
                        answer: answer)
                } else {
                    answer(result)
                }
            }
        }
    }
}

/// What calls have come back with, on its way to the task.
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
