public import Millrace
import Synchronization

/// Keeps account of a job that one process works off from beginning to end.
///
/// ```swift
/// let tally = JobTally(job: "flights")
/// batches.work { ... }.forEach { tally.note($0) }
/// try await pipeline.run(options)
/// let verdict = try await tally.verdict { try await database.missing() }
/// exit(verdict.outcome == .completed ? 0 : 1)
/// ```
public final class JobTally: Sendable {
    private let record = Mutex(JobRecord())
    private let job: String

    /// Nothing done yet.
    public init(job: String) { self.job = job }

    /// What became of a batch.
    public func note(_ event: JobEvent) { record.withLock { _ = $0.note(event) } }

    /// The verdict, when all batches are through.
    public func verdict(
        _ missing: @Sendable () async throws -> MissingEntities
    ) async throws -> JobVerdict {
        let found = try await missing()
        return record.withLock { record in
            _ = record.note(
                .planned(job, attempt: max(record.attempt, 1), JobPlan(batches: record.results.count, plannedAt: SystemClock().wallTime)))
            return record.candidate(of: job, .allBatches).verdict(found, at: SystemClock().wallTime)
        }
    }
}
