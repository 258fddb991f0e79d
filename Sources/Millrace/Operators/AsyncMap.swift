import Synchronization

/// How `asyncMap` makes its calls: how many at once, for how long, how often again.
public struct AsyncMapOptions: Sendable {
    /// Calls under way at once, in each task; those that are made again count too. Default: 64.
    public var concurrency: Int
    /// How long a call may take. One that goes on although it is cancelled then is no longer waited for, and takes one of
    /// the places of `concurrency` until it ends; when that many have gone on for as long again, the operator fails.
    /// Default: 10 s.
    public var timeout: Duration
    /// How often a call is made, the first time included, until it succeeds in time. Default: 3.
    public var attempts: Int
    /// The pause before the second attempt; twice as long before each next, up to an hour. Default: 100 ms.
    public var backoff: Duration
    /// Whether results keep the order of the records; otherwise they come as the calls end, within a batch. Default: true.
    public var ordered: Bool

    /// Each parameter sets the property of its name, where its default is described.
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

    /// What is waited after the call with this number has failed.
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
    /// Asks something outside about each record: a service, a database.
    ///
    /// ```swift
    /// orders.asyncMap(AsyncMapOptions(concurrency: 100, timeout: .seconds(2))) { order in
    ///     Enriched(order, try await customers.fetch(order.customer))
    /// }
    /// ```
    ///
    /// Calls are made for several records at once. Event time, checkpoints and further input wait until all records in hand
    /// (at most a batch of 1,024) have their answers, so that nothing is under way at a checkpoint.
    ///
    /// Restart: records behind the checkpoint are asked about again.
    ///
    /// - Parameters:
    ///   - options: number of calls at once, attempts, pauses, timeout, order.
    ///   - onError: what becomes of a record whose call failed for the last time.
    ///   - call: the call for a record, made outside of the task.
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
        /// Calls made for it.
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
    /// The records in hand, in order; those up to `started` have been asked about.
    private var waiting: [Waiting] = []
    private var started = 0
    private var passed = 0
    private var answered = 0
    /// Those whose call failed and is to be made again, at this time, as soon as there is a place for it.
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

    /// Calls that are under way or pause before it; without those that are lost.
    private var underWay: Int { started - answered - again.count }

    /// Makes as many calls as may be under way, those first that are made again.
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
        case .failure(let error): try failures.handle(error, waiting[number].record, waiting[number].time)
        case nil: break
        }
    }

    /// Nothing is under way here: a checkpoint waits for `drain`.
    @usableFromInline
    func prepare(_ snapshot: inout TaskSnapshot) throws {}
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
