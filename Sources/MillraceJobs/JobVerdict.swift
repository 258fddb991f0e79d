import Millrace

/// The outcome of a job.
///
/// ```swift
/// let failed = ledger.verdicts.filter { $0.outcome == .failed }
/// failed.sink(kafka.sink("failed-jobs", jsonKeyedBy: \.job))
/// ```
public enum JobOutcome: String, Codable, Sendable, Hashable, CaseIterable {
    /// All required entities exist, and nothing failed.
    case completed
    /// A batch or entity failed or is missing, or the deadline passed.
    case failed
}

/// The final result of a job: its outcome and the reasons.
///
/// ```swift
/// let verdict = try await JobPoll(job: "flights", deadline: deadline).verdict {
///     try await database.progress(of: "flights")
/// }
/// if verdict.outcome == .failed {
///     print(verdict.summary)    // job flights: failed; UA1545 failed: unknown airport
/// }
/// ```
public struct JobVerdict: Codable, Sendable, Hashable {
    /// The event that led to the decision.
    public enum Cause: String, Codable, Sendable, Hashable {
        /// The last batch was processed.
        case allBatches
        /// A poll of the database found no missing entities.
        case polled
        /// The deadline passed.
        case deadline
    }

    /// A batch that failed as a whole.
    public struct FailedBatch: Codable, Sendable, Hashable {
        /// The number of the batch.
        public var number: Int
        /// Why the batch failed.
        public var reason: String
    }

    /// The name of the job.
    public var job: String
    /// The attempt at the job, counted from 1.
    public var attempt: Int
    /// The outcome.
    public var outcome: JobOutcome
    /// The event that led to the decision.
    public var cause: Cause
    /// The number of batches of the job; for a polled job, the number of required entities.
    public var batches: Int
    /// The number of batches that were processed; for a polled job, of required entities that are not missing.
    public var worked: Int
    /// The batches that failed as a whole.
    public var failedBatches: [FailedBatch]
    /// The entities that could not be created.
    public var failures: [EntityFailure]
    /// The required entities that do not exist: at most the first ``listed`` of them.
    public var missing: [String]
    /// The number of all required entities that do not exist.
    public var missingCount: Int
    /// The time of the decision, in milliseconds since 1970.
    public var decidedAt: Int64

    /// The maximum number of missing entities in ``missing``.
    public static let listed = 100

    init(
        job: String, attempt: Int, cause: Cause, batches: Int = 0, worked: Int = 0, failedBatches: [FailedBatch] = [],
        failures: [EntityFailure], missing: [String], missingCount: Int, decidedAt: Timestamp
    ) {
        self.job = job
        self.attempt = attempt
        self.cause = cause
        self.batches = batches
        self.worked = worked
        self.failedBatches = failedBatches
        self.failures = failures
        self.missing = Array(missing.prefix(Self.listed))
        self.missingCount = missingCount
        self.decidedAt = decidedAt.milliseconds
        let isWhole = failedBatches.isEmpty && failures.isEmpty && missingCount == 0
        outcome = isWhole && cause != .deadline ? .completed : .failed
    }

    /// The verdict and its reasons as a sentence.
    public var summary: String {
        var parts = ["job \(job)" + (attempt > 1 ? " (attempt \(attempt))" : "") + ": \(outcome.rawValue)"]
        if cause == .deadline { parts.append("the deadline passed with \(worked) of \(batches) batches done") }
        for batch in failedBatches.prefix(5) { parts.append("batch \(batch.number) failed: \(batch.reason)") }
        if failedBatches.count > 5 { parts.append("\(failedBatches.count - 5) more batches failed") }
        for failure in failures.prefix(5) { parts.append("\(failure.entity) failed: \(failure.reason)") }
        if failures.count > 5 { parts.append("\(failures.count - 5) more entities failed") }
        if missingCount > 0 {
            let named = missing.prefix(5).joined(separator: ", ")
            parts.append("\(missingCount) missing: \(named)\(missingCount > 5 ? ", ..." : "")")
        }
        return parts.joined(separator: "; ")
    }
}

/// The required entities of a job that do not exist.
///
/// ```swift
/// let ledger = graph.source(kafka.source("job-events", decoding: .json(JobEvent.self))).ledger { job in
///     let rows = try await database.query(
///         "SELECT name, COUNT(*) OVER () FROM required WHERE job = $1 AND NOT created LIMIT 100", [.text(job.job)])
///     return MissingEntities(names: rows.compactMap { $0[0].string }, count: rows.first?[1].int ?? 0)
/// }
/// ```
public struct MissingEntities: Sendable, Hashable {
    /// The identifiers of the first missing entities. ``JobVerdict/listed`` are enough.
    public var names: [String]
    /// The number of all missing entities.
    public var count: Int

    /// Creates the list of all missing entities.
    ///
    /// - Parameter names: The identifiers of all missing entities.
    public init(_ names: [String]) { self.init(names: names, count: names.count) }

    /// Creates a partial list of missing entities.
    ///
    /// - Parameters:
    ///   - names: The identifiers of some missing entities.
    ///   - count: The number of all missing entities.
    public init(names: [String], count: Int) {
        self.names = names
        self.count = count
    }

    /// No missing entities.
    public static let none = MissingEntities([])
}
