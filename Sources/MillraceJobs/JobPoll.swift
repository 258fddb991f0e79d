public import Logging
public import Millrace

/// Decides a job by polling a database for its progress, for jobs whose batches are not tracked by a ledger.
///
/// ```swift
/// let verdict = try await JobPoll(job: "flights", every: .seconds(20), deadline: deadline).verdict {
///     try await database.progress(of: "flights")
/// }
/// ```
///
/// It has no state of its own. It can be restarted, and can run in several processes at the same time, each of which
/// decides from the contents of the database.
public struct JobPoll: Sendable {
    /// The name of the job.
    public let job: String
    /// The time between two polls. Default: 20 s.
    public let interval: Duration
    /// The time at which the job fails if it has not completed; `nil` for no deadline.
    public let deadline: Timestamp?
    private let clock: any PipelineClock
    private let logger: Logger

    /// Creates a poll.
    ///
    /// - Parameters:
    ///   - job: The name of the job.
    ///   - interval: The time between two polls; shorter times than 1 ms are treated as 1 ms. Default: 20 s.
    ///   - deadline: The time at which the job fails if it has not completed. Default: `nil`, no deadline.
    ///   - clock: The clock for pauses and the deadline. Default: the system clock.
    ///   - logger: The logger for failed polls. Default: a logger with the label `millrace`.
    public init(
        job: String, every interval: Duration = .seconds(20), deadline: Timestamp? = nil,
        clock: any PipelineClock = SystemClock(), logger: Logger = Logger(label: "millrace")
    ) {
        self.job = job
        self.interval = max(interval, .milliseconds(1))
        self.deadline = deadline
        self.clock = clock
        self.logger = logger
    }

    /// The progress of a job, according to the database.
    public struct Progress: Sendable, Hashable {
        /// The number of entities that the job requires; `nil` if it is not known yet.
        public var required: Int?
        /// The required entities that neither exist nor have failed.
        public var missing: MissingEntities
        /// The entities that could not be created.
        public var failures: [EntityFailure]

        /// Creates a progress.
        ///
        /// - Parameters:
        ///   - required: The number of entities that the job requires; `nil` if it is not known yet.
        ///   - missing: The required entities that neither exist nor have failed.
        ///   - failures: The entities that could not be created.
        public init(required: Int?, missing: MissingEntities, failures: [EntityFailure]) {
            self.required = required
            self.missing = missing
            self.failures = failures
        }
    }

    /// Returns the verdict for a progress; `nil` if the job cannot be decided yet. A pure function.
    static func decide(
        _ progress: Progress, job: String, now: Timestamp, deadline: Timestamp?
    ) -> JobVerdict? {
        let isOver = deadline.map { $0 <= now } ?? false
        guard isOver || (progress.required != nil && progress.missing.count == 0) else { return nil }
        let isOutstanding = progress.required == nil || progress.missing.count > 0
        let required = progress.required ?? 0
        return JobVerdict(
            job: job, attempt: 1, cause: isOutstanding ? .deadline : .polled, batches: required,
            worked: required - progress.missing.count, failures: progress.failures, missing: progress.missing.names,
            missingCount: progress.missing.count, decidedAt: now)
    }

    /// Polls until the job is decided: when no required entity is missing, or at the deadline. If `ask` throws, the
    /// error is logged and the poll is repeated after the interval, also after the deadline.
    ///
    /// - Parameters:
    ///   - onProgress: Called with each progress. Default: `nil`.
    ///   - ask: Queries the database for the progress of the job.
    /// - Returns: The verdict.
    /// - Throws: `CancellationError` if the task is cancelled.
    public func verdict(
        onProgress: (@Sendable (Progress) async -> Void)? = nil, _ ask: @Sendable () async throws -> Progress
    ) async throws -> JobVerdict {
        var hasFailed = false
        while true {
            do {
                let progress = try await ask()
                if hasFailed { logger.notice("job \(job): the database answers again") }
                hasFailed = false
                await onProgress?(progress)
                if let verdict = Self.decide(progress, job: job, now: clock.wallTime, deadline: deadline) {
                    return verdict
                }
            } catch {
                try Task.checkCancellation()
                if !hasFailed { logger.warning("job \(job): polling the database failed and is retried: \(error)") }
                hasFailed = true
            }
            var pause = interval
            if let deadline { pause = min(pause, max(deadline.timeSince(clock.wallTime), .milliseconds(100))) }
            try await clock.sleep(until: clock.now + pause)
        }
    }
}
