public import Millrace

/// Where a job is.
public struct JobStatus: Codable, Sendable, Hashable {
    /// How far it is.
    public enum Phase: String, Codable, Sendable, Hashable {
        /// Batches are heard of, the plan is not.
        case unplanned
        /// Batches are worked on.
        case running
        /// All batches are done, the database is asked.
        case checking
        /// It ended well.
        case completed
        /// It ended badly.
        case failed
    }

    /// The job's name.
    public var job: String
    /// Which attempt at it, from 1.
    public var attempt: Int
    /// How far it is.
    public var phase: Phase
    /// Batches that it has (or required entities, where there is no batch table).
    public var total: Int
    /// Those that were worked on (that are there).
    public var done: Int
    /// Those of them that failed.
    public var failed: Int
    /// In milliseconds since 1970.
    public var plannedAt: Int64?
    /// In milliseconds since 1970.
    public var deadline: Int64?
    /// In milliseconds since 1970.
    public var updatedAt: Int64
    /// The verdict in a sentence, once there is one.
    public var detail: String?

    /// All parts.
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
