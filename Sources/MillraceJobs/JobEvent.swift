public import Millrace

/// An event of a job, which is the input of a job ledger: either that the job was planned, or the result of a batch.
///
/// It is `Codable`, for example to be sent as JSON. The events of a job have to be in order, so the job is the key.
///
/// ```swift
/// let plan = JobPlan(batches: 40, plannedAt: SystemClock().wallTime)
/// graph.source(.memory([[JobEvent.planned("flights", plan)]]))
///     .sink(kafka.sink("job-events", jsonKeyedBy: \.job))
/// ```
public struct JobEvent: Codable, Sendable, Hashable {
    /// The name of the job.
    public var job: String
    /// The attempt at the job, counted from 1.
    public var attempt: Int
    /// The plan; set if the event is that the job was planned.
    public var plan: JobPlan?
    /// The result of a batch; set if the event is that a batch was processed.
    public var batch: BatchResult?

    /// Creates the event that a job was planned.
    ///
    /// - Parameters:
    ///   - job: The name of the job.
    ///   - attempt: The attempt at the job, counted from 1. Default: 1.
    ///   - plan: The plan.
    public static func planned(_ job: String, attempt: Int = 1, _ plan: JobPlan) -> JobEvent {
        JobEvent(job: job, attempt: attempt, plan: plan)
    }

    /// Creates the event that a batch was processed.
    ///
    /// - Parameters:
    ///   - batch: The batch.
    ///   - result: The result of the batch.
    public static func worked<Item>(on batch: JobBatch<Item>, _ result: BatchResult) -> JobEvent {
        JobEvent(job: batch.job, attempt: batch.attempt, batch: result)
    }
}

/// The plan of a job: its number of batches and its deadline.
///
/// ```swift
/// let now = SystemClock().wallTime
/// let plan = JobPlan(batches: 40, plannedAt: now, deadline: now.advanced(by: .hours(2)))
/// let event = JobEvent.planned("flights", plan)
/// ```
public struct JobPlan: Codable, Sendable, Hashable {
    /// The number of batches, which are numbered from 0.
    public var batches: Int
    /// The time of the planning, in milliseconds since 1970.
    public var plannedAt: Int64
    /// The time at which the job fails if it has not completed, in milliseconds since 1970; `nil` for no deadline.
    public var deadline: Int64?

    /// Creates a plan.
    ///
    /// - Parameters:
    ///   - batches: The number of batches.
    ///   - plannedAt: The time of the planning.
    ///   - deadline: The time at which the job fails if it has not completed. Default: `nil`, no deadline.
    public init(batches: Int, plannedAt: Timestamp, deadline: Timestamp? = nil) {
        self.batches = batches
        self.plannedAt = plannedAt.milliseconds
        self.deadline = deadline?.milliseconds
    }
}

/// The result of processing a batch.
///
/// ```swift
/// func event(of batch: JobBatch<Row>, _ failures: [EntityFailure]) -> JobEvent {
///     let result = BatchResult(number: batch.number, entities: batch.items.count - failures.count, failures: failures)
///     return .worked(on: batch, result)
/// }
/// ```
public struct BatchResult: Codable, Sendable, Hashable {
    /// The number of the batch.
    public var number: Int
    /// The number of entities that were created or existed already.
    public var entities: Int
    /// The entities that could not be created.
    public var failures: [EntityFailure]
    /// Why the batch as a whole failed; `nil` if it did not.
    public var reason: String?
    /// The name of the worker that processed the batch.
    public var worker: String?

    /// Creates a result; each parameter is described at the property of the same name.
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

/// An entity that could not be created.
///
/// ```swift
/// graph.source(kafka.source("job-batches", decoding: .json(JobBatch<Row>.self)))
///     .work { batch in
///         let invalid = batch.items.filter { $0.id <= 0 }.map { EntityFailure("\($0.id)", "the id is not positive") }
///         return try await database.create(batch.items.filter { $0.id > 0 }) + invalid
///     }
///     .sink(kafka.sink("job-events", jsonKeyedBy: \.job))
/// ```
public struct EntityFailure: Codable, Sendable, Hashable {
    /// The identifier of the entity.
    public var entity: String
    /// Why the entity could not be created.
    public var reason: String

    /// Creates a failure.
    ///
    /// - Parameters:
    ///   - entity: The identifier of the entity.
    ///   - reason: Why the entity could not be created.
    public init(_ entity: String, _ reason: String) {
        self.entity = entity
        self.reason = reason
    }
}
