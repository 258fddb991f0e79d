extension Stream {
    /// Works on records in batches, outside the pipeline: writes them to a database, sends them to a service.
    ///
    /// ```swift
    /// orders.batches(of: 100, within: .seconds(5), concurrency: 3) { batch in
    ///     try await database.insert(batch.records)
    ///     return .succeeded
    /// }
    /// ```
    ///
    /// A batch is closed when it has `size` records or `bytes` bytes, when its first record has waited for `time` by the
    /// clock (also if no further record ever comes), at a checkpoint, and at the end. Up to `concurrency` batches of a task
    /// are under way at once; more hold back the source.
    ///
    /// The handler returns `.succeeded`, returns `.failed` with the records that failed, or throws, which says that all
    /// failed. `acknowledgement` says what is tried again then, `retry` how often, `retryTopic` where records go that are to be
    /// tried again in minutes, and `onError` what becomes of those that are given up. The result has the records that
    /// succeeded, in order.
    ///
    /// Restart: a checkpoint is stored when every record in front of its barrier is done, so a restart hands over again
    /// what came behind the last checkpoint: a handler may see a record more than once and has to bear that (by writing
    /// under a key, for example). What follows in the pipeline sees each record once.
    ///
    /// A checkpoint closes the open batch rather than storing its records: nothing is then kept in two places, records
    /// need no stored form, and it costs one short batch a checkpoint.
    ///
    /// - Parameters:
    ///   - size: the greatest number of records in a batch.
    ///   - time: how long the first record of a batch waits for it to fill. Default: 1 s.
    ///   - concurrency: how many batches of a task are in flight at once: a number, or `.adaptive(1...32)`. Default: 1.
    ///   - onError: what becomes of a record that has failed for the last time. Default: `.fail`.
    ///   - options: limit in bytes, acknowledgement, retries, retry topic, order, timeout, rate.
    ///   - handle: called with each batch, outside the task; returns or throws what became of it.
    /// - Returns: the records that succeeded, in order.
    @discardableResult
    @inlinable
    public func batches(
        of size: Int, within time: Duration = .seconds(1), concurrency: BatchConcurrency = 1,
        onError: ErrorPolicy<Record> = .fail, options: BatchOptions<Record> = BatchOptions(),
        _ handle: @escaping @Sendable (Batch<Record>) async throws -> BatchOutcome
    ) -> Stream<Record> {
        let operation = BatchOperation(
            of: size, within: time, concurrency: concurrency, onError, options, isKeyed: false, handle)
        let result: Stream<Record> = attach("batches", detail: operation.detail) { context, node, next in
            let batches = BatchInstance(operation, of: node, in: context, next: next)
            context.register(batches, of: node)
            return Push { records, times, count in
                for index in 0..<count { try batches.add(records[index], times[index], orderHash: 0) }
            }
        }
        operation.link(result.node.producer)
        return result
    }

    /// Works on records one by one, outside the pipeline: the same as `batches(of: 1)`, with a handler for a record.
    ///
    /// ```swift
    /// orders.forEachAsync(concurrency: 3) { order in try await database.insert(order) }
    /// ```
    @discardableResult
    @inlinable
    public func forEachAsync(
        concurrency: BatchConcurrency = 1, onError: ErrorPolicy<Record> = .fail,
        options: BatchOptions<Record> = BatchOptions(),
        _ handle: @escaping @Sendable (Record) async throws -> Void
    ) -> Stream<Record> {
        var options = options
        options.acknowledgement = .perRecord
        return batches(of: 1, concurrency: concurrency, onError: onError, options: options) { batch in
            for record in batch { try await handle(record) }
            return .succeeded
        }
    }
}

extension KeyedStream {
    /// Works on records in batches, outside the pipeline, as `Stream.batches` does, in the tasks that own the records'
    /// keys: no two batches with the same key are under way at once, so each key's records are worked on in order.
    ///
    /// - Parameters:
    ///   - size: the greatest number of records in a batch.
    ///   - time: how long the first record of a batch waits for it to fill. Default: 1 s.
    ///   - concurrency: how many batches of a task are in flight at once. Default: 1.
    ///   - onError: what becomes of a record for which it throws. Default: `.fail`.
    ///   - options: limit in bytes, acknowledgement, retries, order, timeout, rate.
    ///   - parking: keeps that order also behind a record that is given up or sent back (`KeyParking`).
    ///   - handle: called for each batch; returns what became of its records.
    @discardableResult
    @inlinable
    public func batches(
        of size: Int, within time: Duration = .seconds(1), concurrency: BatchConcurrency = 1,
        onError: ErrorPolicy<Record> = .fail, options: BatchOptions<Record> = BatchOptions(),
        parking: KeyParking<Record>? = nil,
        _ handle: @escaping @Sendable (Batch<Record>) async throws -> BatchOutcome
    ) -> Stream<Record> {
        let operation = BatchOperation(
            of: size, within: time, concurrency: concurrency, onError, options, isKeyed: true, handle)
        let keyOf = node.key
        let result: Stream<Record> = attach("batches", detail: operation.detail) { context, node, next in
            let parked = parking.map { ParkedKeys($0, key: keyOf, of: node, in: context) }
            let batches = BatchInstance(operation, of: node, in: context, next: next, parking: parked)
            context.register(batches, of: node)
            parked?.register(node, context)
            return BatchHandler { batch in
                for index in 0..<batch.count {
                    try batches.add(batch.records[index], batch.times[index], orderHash: batch.hashes[index])
                }
            }
        }
        operation.link(result.node.producer)
        if parking != nil {
            result.node.producer.refuse(
                GraphProblem.unmet(
                    (
                        options.retryTopic.map { $0.delays.count == 1 } ?? true,
                        "parking keeps an order, which a retry route with several delays does not",
                        "Give the route one delay, or leave out parking:"
                    )))
            result.node.producer.addState("parked", key: Key.self, value: ParkedKey.self)
        }
        return result
    }
}
