public import Logging
public import Millrace

/// Waits for a job without a batch table: asks the database from time to time what is there, and decides.
///
/// ```swift
/// let verdict = try await JobPoll(job: "flights", every: .seconds(20), deadline: deadline).verdict {
///     try await database.progress(of: "flights")
/// }
/// ```
///
/// It keeps nothing of its own, so it may be started again, and in several places at once: all of them come to the same
/// verdict.
public struct JobPoll: Sendable {
    /// The job's name.
    public let job: String
    /// Time between two questions.
    public let interval: Duration
    /// When the job has failed if it is not completed.
    public let deadline: Timestamp?
    private let clock: any PipelineClock
    private let logger: Logger

    /// - Parameters:
    ///   - job: the job's name.
    ///   - interval: 20 seconds by default; a millisecond at least.
    ///   - deadline: when the job ends as failed.
    ///   - clock: the clock for pauses and the deadline.
    ///   - logger: where errors are logged.
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

    /// What the database says of a job.
    public struct Progress: Sendable, Hashable {
        /// Entities that the job requires; `nil` if it is not known yet.
        public var required: Int?
        /// Those that are not there and have not failed either.
        public var missing: MissingEntities
        /// Those that could not be made.
        public var failures: [EntityFailure]

        /// All parts.
        public init(required: Int?, missing: MissingEntities, failures: [EntityFailure]) {
            self.required = required
            self.missing = missing
            self.failures = failures
        }
    }

    /// What follows from an answer. Pure.
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

    /// Asks until it can be decided. An answer that fails is as good as none: it is asked again.
    ///
    /// - Parameters:
    ///   - onProgress: told each answer.
    ///   - ask: asks the database how far the job is.
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
                if !hasFailed { logger.warning("job \(job): asking the database failed and is tried again: \(error)") }
                hasFailed = true
            }
            var pause = interval
            if let deadline { pause = min(pause, max(deadline.timeSince(clock.wallTime), .milliseconds(100))) }
            try await clock.sleep(until: clock.now + pause)
        }
    }
}
