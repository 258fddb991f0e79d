public import Millrace

/// The status of a job.
///
/// ```swift
/// for status in try await JobBoard(database).statuses() where status.phase == .running {
///     print("\(status.job): \(status.done) of \(status.total) batches, \(status.failed) failed")
/// }
/// ```
public struct JobStatus: Codable, Sendable, Hashable {
    /// The phase of a job.
    public enum Phase: String, Codable, Sendable, Hashable {
        /// Batches have been processed, but the plan is not known yet.
        case unplanned
        /// Batches are being processed.
        case running
        /// All batches have been processed or the deadline has passed, and the database is queried for missing
        /// entities.
        case checking
        /// The job has completed.
        case completed
        /// The job has failed.
        case failed
    }

    /// The name of the job.
    public var job: String
    /// The attempt at the job, counted from 1.
    public var attempt: Int
    /// The phase of the job.
    public var phase: Phase
    /// The number of batches; for a polled job, the number of required entities.
    public var total: Int
    /// The number of batches that have been processed; for a polled job, of entities that are not missing.
    public var done: Int
    /// The number of batches that failed and, while the job is running, of batches with failed entities. For a polled
    /// job, the number of failed entities.
    public var failed: Int
    /// The time of the planning, in milliseconds since 1970; `nil` if the plan is not known.
    public var plannedAt: Int64?
    /// The deadline, in milliseconds since 1970; `nil` if there is none.
    public var deadline: Int64?
    /// The time of the last change, in milliseconds since 1970.
    public var updatedAt: Int64
    /// A sentence about the verdict; `nil` before the job is decided.
    public var detail: String?

    /// Creates a status; each parameter is described at the property of the same name.
    public init(
        job: String, attempt: Int, phase: Phase, total: Int, done: Int, failed: Int, plannedAt: Int64? = nil,
        deadline: Int64? = nil, updatedAt: Timestamp, detail: String? = nil
    ) {
        self.job = job
        self.attempt = attempt
        self.phase = phase
        self.total = total
        self.done = done
        self.failed = failed
        self.plannedAt = plannedAt
        self.deadline = deadline
        self.updatedAt = updatedAt.milliseconds
        self.detail = detail
    }
}
