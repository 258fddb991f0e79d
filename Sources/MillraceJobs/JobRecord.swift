import Millrace

/// The state of one job in a ledger. A pure value: events are applied to it, and the resulting change is returned.
struct JobRecord: CodableState, Equatable {
    /// The change caused by an event.
    enum Change: Equatable {
        /// None: the event was a duplicate, or belongs to an earlier or a decided attempt.
        case none
        /// The job has progressed.
        case progress
        /// The job has progressed and has to be decided.
        case decide(JobVerdict.Cause)
    }

    private(set) var attempt = 0
    private(set) var plan: JobPlan?
    /// The results by batch number, so that a repeated result counts once.
    private(set) var results: [Int: BatchResult] = [:]
    private(set) var isDecided = false

    mutating func note(_ event: JobEvent) -> Change {
        guard event.attempt >= attempt else { return .none }
        if event.attempt > attempt {
            // A new attempt starts from an empty state.
            self = JobRecord()
            attempt = event.attempt
        }
        guard !isDecided else { return .none }
        var hasChanged = false
        if let plan = event.plan, self.plan == nil {
            self.plan = plan
            hasChanged = true
        }
        if let batch = event.batch, results[batch.number] == nil {
            results[batch.number] = batch
            hasChanged = true
        }
        guard hasChanged else { return .none }
        guard let plan, worked >= plan.batches else { return .progress }
        isDecided = true
        return .decide(.allBatches)
    }

    /// Applies a deadline timer.
    mutating func noteDeadline(_ time: Timestamp) -> Change {
        guard !isDecided, let deadline = plan?.deadline, deadline <= time.milliseconds else { return .none }
        isDecided = true
        return .decide(.deadline)
    }

    /// The number of batches of the plan that have been processed.
    var worked: Int {
        guard let plan else { return results.count }
        return results.keys.count { (0..<plan.batches).contains($0) }
    }

    func status(of job: String, at time: Timestamp) -> JobStatus {
        JobStatus(
            job: job, attempt: attempt, phase: plan == nil ? .unplanned : isDecided ? .checking : .running,
            total: plan?.batches ?? 0, done: worked,
            failed: results.values.count { $0.reason != nil || !$0.failures.isEmpty }, plannedAt: plan?.plannedAt,
            deadline: plan?.deadline, updatedAt: time)
    }

    func candidate(of job: String, _ cause: JobVerdict.Cause) -> JobCandidate {
        let results = results.values.sorted { $0.number < $1.number }
        return JobCandidate(
            job: job, attempt: attempt, cause: cause, batches: plan?.batches ?? 0, worked: worked,
            failedBatches: results.compactMap { result in
                result.reason.map { JobVerdict.FailedBatch(number: result.number, reason: $0) }
            },
            failures: results.flatMap(\.failures), plannedAt: plan?.plannedAt, deadline: plan?.deadline)
    }
}

/// A job that is about to be decided, as passed to the ledger's query for missing entities.
///
/// ```swift
/// let ledger = graph.source(kafka.source("job-events", decoding: .json(JobEvent.self)))
///     .ledger { candidate in try await database.missing(candidate.job) }
/// ```
public struct JobCandidate: Sendable, Hashable {
    /// The name of the job.
    public let job: String
    /// The attempt at the job, counted from 1.
    public let attempt: Int
    let cause: JobVerdict.Cause
    let batches: Int
    let worked: Int
    let failedBatches: [JobVerdict.FailedBatch]
    let failures: [EntityFailure]
    let plannedAt: Int64?
    let deadline: Int64?

    func verdict(_ missing: MissingEntities, at time: Timestamp) -> JobVerdict {
        JobVerdict(
            job: job, attempt: attempt, cause: cause, batches: batches, worked: worked, failedBatches: failedBatches,
            failures: failures, missing: missing.names, missingCount: missing.count, decidedAt: time)
    }

    func status(_ verdict: JobVerdict) -> JobStatus {
        JobStatus(
            job: job, attempt: attempt, phase: verdict.outcome == .completed ? .completed : .failed, total: batches,
            done: worked, failed: failedBatches.count, plannedAt: plannedAt, deadline: deadline,
            updatedAt: Timestamp(milliseconds: verdict.decidedAt), detail: verdict.summary)
    }
}
