public import Millrace

/// What a ledger gives: verdicts, each once, and every change of a job's status.
public struct JobLedger {
    /// One for each attempt at a job.
    public let verdicts: Stream<JobVerdict>
    /// Each change, the verdict's included.
    public let statuses: Stream<JobStatus>
}

extension Stream where Record == JobEvent {
    /// Keeps account of jobs: counts each batch once, and decides when the last one is worked on, or the deadline has come.
    ///
    /// ```swift
    /// let ledger = graph.source(kafka.source("job-events", decoding: .json(JobEvent.self)))
    ///     .ledger { job in try await database.missing(job.job) }
    /// ledger.verdicts.sink(kafka.sink("job-verdicts", jsonKeyedBy: \.job))
    /// ledger.statuses.sink(JobBoard(database).sink)
    /// ```
    ///
    /// It is keyed state with one writer per job, stored with the positions of the events: events that come again after a
    /// crash of a worker are known by their batch's number, those read again after a crash of the ledger are not in its
    /// state yet. A verdict leaves it once. Before it does, `missing` asks the database which of the required entities are
    /// not there; that is tried again for half a minute if it throws, and then fails the run.
    ///
    /// - Parameter missing: asked when a job is decided.
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

/// What the ledger's operator tells the one behind it.
private enum Account: Sendable {
    case status(JobStatus)
    case decide(JobCandidate)
    case decided(JobVerdict, JobStatus)
}
