public import Millrace

/// The output streams of a job ledger: verdicts and status changes.
///
/// ```swift
/// let ledger = graph.source(kafka.source("job-events", decoding: .json(JobEvent.self)))
///     .ledger { job in try await database.missing(job.job) }
/// ledger.verdicts.filter { $0.outcome == .failed }.sink(kafka.sink("failed-jobs", jsonKeyedBy: \.job))
/// ledger.statuses.sink(JobBoard(database).sink)
/// ```
public struct JobLedger {
    /// The verdicts: one for each attempt at a job.
    public let verdicts: Stream<JobVerdict>
    /// The status after each change of a job, including its verdict.
    public let statuses: Stream<JobStatus>
}

extension Stream where Record == JobEvent {
    /// Tracks jobs: counts each processed batch once, and decides a job when its last batch has been processed or its
    /// deadline has passed.
    ///
    /// ```swift
    /// let ledger = graph.source(kafka.source("job-events", decoding: .json(JobEvent.self)))
    ///     .ledger { job in try await database.missing(job.job) }
    /// ledger.verdicts.sink(kafka.sink("job-verdicts", jsonKeyedBy: \.job))
    /// ledger.statuses.sink(JobBoard(database).sink)
    /// ```
    ///
    /// The ledger is keyed state, with the job as the key. Before a verdict is emitted, `missing` queries the database
    /// for required entities that do not exist. If it throws, it is called up to nine times within about half a minute;
    /// then the run fails.
    ///
    /// Restart: the state is restored from the checkpoint together with the positions of the events, so that each batch
    /// is counted once. An event that a worker sends again after a crash has the same batch number and is ignored. Each
    /// attempt at a job gets one verdict.
    ///
    /// - Parameters:
    ///   - name: The name of the operator in the graph. Default: `ledger`.
    ///   - missing: Returns the required entities of a job that do not exist. Called when the job is decided.
    /// - Returns: The streams of verdicts and statuses.
    public func ledger(
        name: String = "ledger", missing: @escaping @Sendable (JobCandidate) async throws -> MissingEntities
    ) -> JobLedger {
        let accounts: Stream<Account> = keyed(by: \.job).process { states in
            let jobs = states.value("jobs", of: JobRecord.self)
            return ProcessFunction(
                onRecord: { event, context in
                    let now = context.processingTime
                    var change = JobRecord.Change.none
                    var record = JobRecord()
                    try jobs.update(or: JobRecord()) { kept in
                        change = kept.note(event)
                        record = kept
                    }
                    if change == .none { return }
                    if event.plan != nil, let deadline = record.plan?.deadline {
                        try context.setTimer(.processing(Timestamp(milliseconds: deadline)))
                    }
                    try context.emit(.status(record.status(of: event.job, at: now)))
                    if case .decide(let cause) = change {
                        try context.emit(.decide(record.candidate(of: event.job, cause)))
                    }
                },
                onTimer: { timer, context in
                    var change = JobRecord.Change.none
                    var record = JobRecord()
                    try jobs.update(or: JobRecord()) { kept in
                        change = kept.noteDeadline(timer.time)
                        record = kept
                    }
                    if case .decide(let cause) = change {
                        try context.emit(.decide(record.candidate(of: context.key, cause)))
                    }
                })
        }
        let outcomes = accounts.named(name).asyncMap(AsyncMapOptions(timeout: .seconds(30), attempts: 9)) { account in
            guard case .decide(let candidate) = account else { return account }
            let verdict = candidate.verdict(try await missing(candidate), at: SystemClock().wallTime)
            return .decided(verdict, candidate.status(verdict))
        }
        return JobLedger(
            verdicts: outcomes.compactMap { if case .decided(let verdict, _) = $0 { verdict } else { nil } },
            statuses: outcomes.compactMap {
                switch $0 {
                case .status(let status), .decided(_, let status): status
                case .decide: nil
                }
            })
    }
}

/// The output of the ledger's keyed operator.
private enum Account: Sendable {
    case status(JobStatus)
    case decide(JobCandidate)
    case decided(JobVerdict, JobStatus)
}
