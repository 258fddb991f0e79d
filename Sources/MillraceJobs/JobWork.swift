public import Millrace

extension Stream {
    /// Works off a job's batches, and gives what became of each: an event for the job's ledger.
    ///
    /// ```swift
    /// graph.source(kafka.source("job-batches", decoding: .json(JobBatch<Row>.self), group: "importers", options: shared))
    ///     .work(concurrency: 2, as: "importer-1") { batch in try await database.create(batch.items) }
    ///     .sink(kafka.sink("job-events", jsonKeyedBy: \.job))
    /// ```
    ///
    /// A batch whose handler throws is handed over again, as `retry` says (at once given up if the error is
    /// `NotRetriable`), and at last reported as failed, with the reason: the job will end as failed, and nobody waits.
    ///
    /// Restart, and an instance that dies: a batch whose event is not committed is worked on again, here or elsewhere, so
    /// the handler has to bear that (by making entities under their identity). Its event counts once.
    ///
    /// - Parameter handle: makes the batch's entities, and returns those that could not be made.
    public func work<Item>(
        concurrency: Int = 1, retry: RetryPolicy = RetryPolicy(), as worker: String? = nil,
        _ handle: @escaping @Sendable (JobBatch<Item>) async throws -> [EntityFailure]
    ) -> Stream<JobEvent> where Record == JobBatch<Item> {
        asyncMap(AsyncMapOptions(concurrency: concurrency, timeout: .hours(24), attempts: 1)) { batch in
            JobEvent.worked(on: batch, try await result(of: batch, retry, worker, handle))
        }
    }
}

/// Tries until it is done or given up; throws only if it is cancelled.
private func result<Item>(
    of batch: JobBatch<Item>, _ retry: RetryPolicy, _ worker: String?,
    _ handle: @Sendable (JobBatch<Item>) async throws -> [EntityFailure]
) async throws -> BatchResult {
    let clock = SystemClock()
    var attempt = 1
    while true {
        do {
            let failures = try await handle(batch)
            return BatchResult(
                number: batch.number, entities: batch.items.count - failures.count, failures: failures, worker: worker)
        } catch {
            try Task.checkCancellation()
            guard attempt < retry.attempts, isWorthRetrying(error) else {
                return BatchResult(
                    number: batch.number, entities: 0, reason: FailureReason.storable(error), worker: worker)
            }
            try await clock.sleep(until: clock.now + retry.pause(after: attempt, random: Double.random(in: 0...1)))
            attempt += 1
        }
    }
}
