import Logging
import Synchronization

/// The batches of one task.
///
/// Batches are closed and started in order, and their records are emitted in order, each batch's when it is done. The
/// operators downstream therefore see the same sequence in every run, however many batches are in flight.
@usableFromInline
final class BatchInstance<Record: Sendable>: OperatorInstance {
    private let shared: BatchOperation<Record>
    private let context: TaskContext
    private let node: OperatorNode
    private let next: Push<Record>
    private let failures: FailureHandler<Record>
    private let retries: Push<RetryLetter<Record>>?
    private let parking: ParkedKeys<Record>?
    private let measure: (Record) -> Int
    private let metrics: BatchMetrics
    private let clock: any PipelineClock
    private let logger: Logger
    private let answers = BatchAnswers()
    /// Whether the positions of single records are tracked: this operator is the only consumer of its source's tasks.
    private let notesPositions: Bool
    private var open: OpenBatch<Record>
    private var works: [BatchWork<Record>] = []
    private var closed = 0
    private var limit: AdaptiveLimit?
    private let lost: LostCalls
    /// A barrier or the end of input waits for the records in flight.
    private var isSettling = false
    /// The failure that ends the run, once the position of its record is stored.
    private var failure: (error: any Error, origin: RecordOrigin, since: CheckpointNumber)?
    /// The epoch whose checkpoint has the position of the first record that is not done. Nothing is emitted until it
    /// ends.
    private var positionFixedIn: CheckpointNumber?

    @usableFromInline
    init(
        _ shared: BatchOperation<Record>, of node: OperatorNode, in context: TaskContext, next: Push<Record>,
        parking: ParkedKeys<Record>? = nil
    ) {
        self.parking = parking
        self.shared = shared
        self.context = context
        self.node = node
        self.next = next
        failures = FailureHandler(shared.onError, of: node, in: context)
        retries = shared.options.retryTopic?.output.push(in: context)
        measure = shared.options.measure
        metrics = BatchMetrics(
            pipeline: context.run.graph.plan.name, operatorID: node.id, wanted: shared.size)
        clock = context.run.options.clock
        logger = context.run.options.logger
        open = OpenBatch(size: shared.size, within: shared.within, bytes: shared.options.bytes)
        lost = LostCalls(context.signal)
        if case .adaptive(let bounds) = shared.concurrency { limit = AdaptiveLimit(bounds) }
        notesPositions =
            shared.options.acknowledgement == .upToFirstFailure && context.run.interval != nil
            && context.run.graph.plan.stages[context.task.stage].head.source != nil
            && context.run.graph.plan.isOnlyConsumer(node, ofStage: context.task.stage)
        if notesPositions { context.notesPositions = true }
    }

    @usableFromInline static var mayWait: Bool { true }
    @usableFromInline static var mayCongest: Bool { true }
    @usableFromInline static var holdsRecords: Bool { true }

    // MARK: Records

    @usableFromInline
    func add(_ record: Record, _ time: Timestamp, orderHash: UInt64) throws {
        if parking != nil, open.holds(orderHash) { try close(.key) }
        let bytes = shared.options.bytes == nil ? 0 : measure(record)
        if open.overflows(with: bytes) { try close(.bytes) }
        let entry = BatchEntry(
            record: record, time: time, orderHash: shared.options.orderedBy?(record) ?? orderHash,
            origin: context.origin, position: notesPositions ? context.recordPosition : nil)
        if let cause = open.add(entry, bytes: bytes, now: clock.now) { try close(cause) }
    }

    private func close(_ cause: Batch<Record>.Cause) throws {
        let entries = open.take()
        guard !entries.isEmpty else { return }
        closed += 1
        metrics.closed(entries.count)
        works.append(
            BatchWork(
                number: closed, cause, entries, keepsOrder: shared.keepsOrder,
                BatchProgress(
                    count: entries.count, shared.options.acknowledgement, shared.options.retry,
                    endsRun: shared.onError.isFail && shared.options.retryTopic == nil)))
        try start()
    }

    // MARK: Calls

    private var underWay: Int { works.count { $0.hasPlace } }

    private var allowed: Int {
        let places = shared.concurrency.most - lost.count
        return min(limit?.allowed ?? places, places)
    }

    /// Starts as many batches as may be in flight: first those that are retried, then new ones in order.
    private func start() throws {
        guard failure == nil else { return }
        var busy = underWay
        for work in works {
            guard case .ready(let due) = work.state else { continue }
            guard busy < allowed else { return }
            begin(work, at: due)
            busy += 1
        }
        for work in works where work.isWaiting {
            guard busy < allowed else { return }
            if shared.keepsOrder {
                let before = works.prefix { $0 !== work }
                // Which keys are parked is known when the records of the earlier batches have been emitted.
                guard
                    before.allSatisfy({
                        $0.isOver && parking == nil || $0.orderHashes.isDisjoint(with: work.orderHashes)
                    })
                else { return }
            }
            if let parking {
                for (index, entry) in work.entries.enumerated() {
                    if let reason = try parking.objection(to: entry) { work.progress.giveUp(index, reason) }
                }
                if work.progress.isOver {
                    work.state = .over
                    // There will be no answer that wakes the task.
                    context.signal.wake()
                    continue
                }
            }
            begin(work, at: nil)
            busy += 1
        }
    }

    /// Passes the open records of a batch to the handler; after a failure not before `time`.
    private func begin(_ work: BatchWork<Record>, at time: Duration?) {
        let attempt = work.progress.handOver()
        work.state = time == nil ? .working : .pausing
        let batch = work.batch(attempt: attempt)
        let due = time ?? shared.rate?.reserve(batch.count, now: clock.now)
        let (number, clock, answers, signal) = (work.number, clock, answers, context.signal)
        let handle = shared.handle
        let call = TimedCall(timeout: shared.options.timeout, clock: clock, lost: lost)
        // After a pause the rate is reserved when the pause is over, so that other batches can use it until then.
        let rateAfterPause = time == nil ? nil : shared.rate
        if attempt > 1 { metrics.retried(batch.count) }
        context.calls.add(of: node.id) {
            @Sendable func answer(_ result: Result<BatchOutcome, any Error>, since began: Duration) {
                answers.add(BatchAnswer(work: number, result: result, took: clock.now - began))
                signal.wake()
            }
            do {
                if let due { try await clock.sleep(until: due) }
                if let rateAfterPause {
                    try await clock.sleep(until: rateAfterPause.reserve(batch.count, now: clock.now))
                }
                try Task.checkCancellation()
            } catch { return answer(.failure(error), since: clock.now) }
            let began = clock.now
            await call.run {
                try await handle(batch)
            } answer: {
                answer($0, since: began)
            }
        }
    }

    private func note(_ answer: BatchAnswer) {
        guard let work = works.first(where: { $0.number == answer.work }) else { return }
        metrics.took(answer.took)
        let isFailure: Bool
        switch answer.result {
        case .failure(let error):
            isFailure = true
            metrics.failed(work.progress.inHand.count)
            shared.log.wholeFailed("\(error)", of: node.id, now: clock.now, logger)
        case .success(let outcome):
            isFailure = false
            metrics.failed(outcome.failures.count)
            for failure in outcome.failures {
                shared.log.recordFailed("\(failure.reason)", of: node.id, now: clock.now, logger)
            }
            if outcome.failures.count < work.progress.inHand.count {
                shared.log.wentThrough(node.id, now: clock.now, logger)
            }
        }
        limit?.note(answer.took, failed: isFailure, underWay: underWay)
        switch work.progress.note(answer.result, random: Double.random(in: 0...1)) {
        case .over: work.state = .over
        case .next: work.state = .ready(at: nil)
        case .again(let pause): work.state = .ready(at: clock.now + pause)
        }
    }

    // MARK: Results

    @usableFromInline
    func drain() throws -> Bool {
        if positionFixedIn == context.epoch { return true }
        for answer in answers.take() { note(answer) }
        if let failure {
            // The position is stored with the first checkpoint that began after the failure.
            guard context.run.horizon.value >= failure.since.value else { return true }
            context.origin = failure.origin
            throw failure.error
        }
        try passOn()
        try start()
        // Batches of parked records are done at once, and may allow others to start.
        while parking != nil, works.first?.isOver ?? false, failure == nil {
            try passOn()
            try start()
        }
        if works.contains(where: \.needsPlace) {
            do { try lost.check(places: shared.concurrency.most, timeout: shared.options.timeout) } catch {
                throw OperatorFailure(operatorID: node.id, cause: error)
            }
        }
        guard isSettling else { return true }
        let isDone =
            notesPositions
            ? failure != nil || works.first?.isHeldUp ?? true : works.isEmpty
        if isDone {
            isSettling = false
            if notesPositions { positionFixedIn = context.epoch }
        }
        return isDone
    }

    /// Emits the records that are done, in order.
    private func passOn() throws {
        while failure == nil, let work = works.first {
            let done = shared.options.acknowledgement == .upToFirstFailure || work.isOver
            guard done else { return }
            let end = work.progress.firstOpen ?? work.entries.count
            while work.passed < end, failure == nil { try pass(work) }
            guard failure == nil, work.isOver else { return }
            works.removeFirst()
        }
    }

    /// Emits the next record of a batch, or handles its failure.
    private func pass(_ work: BatchWork<Record>) throws {
        let entry = work.entries[work.passed]
        switch work.progress.fates[work.passed] {
        case .open: return
        case .succeeded:
            try parking?.note(entry, .succeeded)
            try next(entry.record, entry.time)
        case .givenUp(let error):
            let history = shared.options.retryTopic?.history(entry.record) ?? RetryHistory()
            let attempts = history.attempts + work.progress.attempts[work.passed]
            context.origin = entry.origin
            if let letter = letter(for: entry, error, history, attempts), let retries {
                metrics.sentBackOne()
                try parking?.note(entry, .sentBack)
                try retries(letter, entry.time)
            } else {
                metrics.gaveUp()
                if shared.keepsDeadLetters { try parking?.note(entry, .dead) }
                do { try failures.handle(error, entry.record, entry.time, attempts: attempts) } catch {
                    guard notesPositions else { throw error }
                    failure = (error, entry.origin, context.epoch)
                    context.run.requestCheckpoint()
                    return
                }
            }
        }
        work.passed += 1
    }

    /// Returns the letter with which a failed record is sent to the retry topic; `nil` if it has failed permanently.
    private func letter(
        for entry: BatchEntry<Record>, _ error: any Error, _ history: RetryHistory, _ attempts: Int
    ) -> RetryLetter<Record>? {
        // Records parked because of a dead letter become dead letters too.
        let isDead = (error as? KeyParked)?.isDead ?? !isWorthRetrying(error)
        guard let route = shared.options.retryTopic, history.rounds < route.delays.count, !isDead else { return nil }
        let letter = RetryLetter(
            record: entry.record, reason: FailureReason.storable(error), attempts: attempts,
            round: history.rounds + 1, due: clock.wallTime.advanced(by: route.delays[history.rounds]))
        do { try route.check(letter) } catch {
            logger.warning("operator \(node.id): a record that failed cannot be sent back and is given up: \(error)")
            return nil
        }
        return letter
    }

    // MARK: Time and checkpoints

    @usableFromInline
    var isCongested: Bool { failure != nil || works.contains { $0.isWaiting } || works.count > allowed }

    /// The earliest event time of the records in flight. The watermark does not pass it.
    @usableFromInline
    var heldTime: Timestamp? {
        var least = open.earliest
        for work in works { least = min(least ?? work.earliest, work.earliest) }
        return least
    }

    @usableFromInline
    func finish() throws -> Bool {
        try close(.end)
        return works.isEmpty && failure == nil
    }

    @usableFromInline
    func advance(to watermark: Watermark) throws -> Bool {
        guard watermark == .end else { return true }
        try close(.end)
        guard !works.isEmpty else { return true }
        isSettling = true
        return false
    }

    @usableFromInline
    func advance(processingTime time: Timestamp) throws -> Timestamp? {
        let now = clock.now
        if open.isDue(now) { try close(.time) }
        // `drain` has to check again whether the position is stored.
        if failure != nil { return time.advanced(by: .milliseconds(10)) }
        return open.deadline.map { time.advanced(by: max($0 - now, .milliseconds(1))) }
    }

    @usableFromInline
    func prepare(_ snapshot: inout TaskSnapshot) throws { try flush() }

    @usableFromInline
    func flush() throws {
        if notesPositions, works.contains(where: { $0.isHeldUp }) || failure != nil {
            // The records of failed batches stay open; a restart reads them again.
        } else {
            try close(.checkpoint)
        }
        isSettling = failure == nil
    }

    /// The source position to store in the checkpoint instead of the current one; `nil` if all records are done.
    @usableFromInline
    var unfinishedPosition: [UInt8]? {
        guard notesPositions else { return nil }
        if let work = works.first, work.passed < work.entries.count { return work.entries[work.passed].position }
        return open.entries.first?.position
    }

    @usableFromInline
    func close() {}
}

/// The result of passing a batch to the handler.
struct BatchAnswer: Sendable {
    let work: Int
    let result: Result<BatchOutcome, any Error>
    let took: Duration
}

/// Results on their way to the task.
private final class BatchAnswers: Sendable {
    private let answers = Mutex<[BatchAnswer]>([])

    func add(_ answer: BatchAnswer) { answers.withLock { $0.append(answer) } }

    func take() -> [BatchAnswer] {
        answers.withLock { answers in
            defer { answers = [] }
            return answers
        }
    }
}
