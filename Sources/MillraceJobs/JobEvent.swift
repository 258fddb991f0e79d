public import Millrace

/// What a job's ledger is told: that a job was planned, and what became of a batch. Travels as JSON, keyed by job.
public struct JobEvent: Codable, Sendable, Hashable {
    /// The job's name.
    public var job: String
    /// Which attempt at it, from 1.
    public var attempt: Int
    /// Set if the job was planned.
    public var plan: JobPlan?
    /// Set if a batch was worked on.
    public var batch: BatchResult?

    /// That a job was planned.
    public static func planned(_ job: String, attempt: Int = 1, _ plan: JobPlan) -> JobEvent {
        JobEvent(job: job, attempt: attempt, plan: plan)
    }

    /// What became of a batch.
    public static func worked<Item>(on batch: JobBatch<Item>, _ result: BatchResult) -> JobEvent {
        JobEvent(job: batch.job, attempt: batch.attempt, batch: result)
    }
}

/// What a job consists of.
public struct JobPlan: Codable, Sendable, Hashable {
    /// Its batches, numbered from 0.
    public var batches: Int
    /// When it was planned, in milliseconds since 1970.
    public var plannedAt: Int64
    /// When it has failed if it is not completed, in milliseconds since 1970; `nil`: never.
    public var deadline: Int64?

    /// All parts.
    public init(batches: Int, plannedAt: Timestamp, deadline: Timestamp? = nil) {
        self.batches = batches
        self.plannedAt = plannedAt.milliseconds
        self.deadline = deadline?.milliseconds
    }
}

/// What became of a batch.
public struct BatchResult: Codable, Sendable, Hashable {
    /// Its number.
    public var number: Int
    /// Entities that were made, or were there already.
    public var entities: Int
    /// Entities that could not be made.
    public var failures: [EntityFailure]
    /// Why the batch as a whole was given up; `nil` if it was not.
    public var reason: String?
    /// Who worked on it.
    public var worker: String?

    /// All parts.
    public init(
        number: Int, entities: Int, failures: [EntityFailure] = [], reason: String? = nil, worker: String? = nil
    ) {
        self.number = number
        self.entities = entities
        self.failures = failures
        self.reason = reason
        self.worker = worker
    }
}

/// An entity that could not be made.
public struct EntityFailure: Codable, Sendable, Hashable {
    /// The entity's identity.
    public var entity: String
    /// Why.
    public var reason: String

    /// Both.
    public init(_ entity: String, _ reason: String) {
        self.entity = entity
        self.reason = reason
    }
}
