public import Millrace

extension Stream {
    /// Processes the batches of jobs, and emits the result of each batch as an event for the job ledger.
    ///
    /// ```swift
    /// graph.source(kafka.source("job-batches", decoding: .json(JobBatch<Row>.self), group: "importers", options: shared))
    ///     .work(concurrency: 2, as: "importer-1") { batch in try await database.create(batch.items) }
    ///     .sink(kafka.sink("job-events", jsonKeyedBy: \.job))
    /// ```
    ///
    /// If the handler throws, the batch is retried according to `retry`, unless the error is `NotRetriable`. A batch
    /// that still fails is reported as failed with the reason, so that the job ends as failed. A batch may take up to
    /// 24 hours, including its retries; then the run fails.
    ///
    /// Restart: a batch whose event is not committed is processed again, by this or another instance. The handler has
    /// to be idempotent, for example by creating entities under fixed identifiers. The ledger counts the event once.
    ///
    /// - Parameters:
    ///   - concurrency: The maximum number of batches that each task processes at the same time. Default: 1.
    ///   - retry: The number of attempts and the pauses between them. Default: 10 attempts within about half a minute.
    ///   - worker: A name of this instance, which is stored in the results. Default: `nil`.
    ///   - handle: Creates the entities of a batch, and returns those that could not be created.
    /// - Returns: The stream of events.
    public func work<Item>(
        concurrency: Int = 1, retry: RetryPolicy = RetryPolicy(), as worker: String? = nil,
        _ handle: @escaping @Sendable (JobBatch<Item>) async throws -> [EntityFailure]
    ) -> Stream<JobEvent> where Record == JobBatch<Item> {
        asyncMap(AsyncMapOptions(concurrency: concurrency, timeout: .hours(24), attempts: 1)) { batch in
            JobEvent.worked(on: batch, try await result(of: batch, retry, worker, handle))
        }
    }
}

/// Calls the handler until it succeeds or the retries are used up; throws only if the task is cancelled.
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
