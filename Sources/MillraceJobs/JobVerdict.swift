import Millrace

/// How a job ended.
public enum JobOutcome: String, Codable, Sendable, Hashable, CaseIterable {
    /// Everything that was required is there.
    case completed
    /// Something is missing or failed.
    case failed
}

/// The end of a job, in one word, and why.
public struct JobVerdict: Codable, Sendable, Hashable {
    /// What led to the decision.
    public enum Cause: String, Codable, Sendable, Hashable {
        /// The last batch was worked on.
        case allBatches
        /// Nothing was outstanding any more when the database was asked.
        case polled
        /// The time was over.
        case deadline
    }

    /// A batch that was given up.
    public struct FailedBatch: Codable, Sendable, Hashable {
        /// Its number.
        public var number: Int
        /// Why.
        public var reason: String
    }

    /// The job's name.
    public var job: String
    /// Which attempt at it, from 1.
    public var attempt: Int
    /// The word.
    public var outcome: JobOutcome
    /// What led to the decision.
    public var cause: Cause
    /// Batches that the job has, and that were worked on; none where there is no batch table.
    public var batches: Int
    /// The number of batches that were processed; zero without a batch table.
    public var worked: Int
    /// Batches that were given up.
    public var failedBatches: [FailedBatch]
    /// Entities that could not be made.
    public var failures: [EntityFailure]
    /// Required entities that are not there (the first of them, see `listed`), and how many there are.
    public var missing: [String]
    /// The number of required entities that are missing.
    public var missingCount: Int
    /// When it was decided, in milliseconds since 1970.
    public var decidedAt: Int64

    /// So many missing entities are named.
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

    /// The verdict in a sentence.
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

/// Which required entities are missing.
public struct MissingEntities: Sendable, Hashable {
    /// The first of them, `JobVerdict.listed` at most.
    public var names: [String]
    /// How many there are.
    public var count: Int

    /// All of them.
    public init(_ names: [String]) { self.init(names: names, count: names.count) }

    /// Some of them, and how many there are.
    public init(names: [String], count: Int) {
        self.names = names
        self.count = count
    }

    /// None.
    public static let none = MissingEntities([])
}
