extension Stream {
    /// Passes records in batches to an asynchronous handler, for example to write them to a database or to call a
    /// service.
    ///
    /// ```swift
    /// orders.batches(of: 100, within: .seconds(5), concurrency: 3) { batch in
    ///     try await database.insert(batch.records)
    ///     return .succeeded
    /// }
    /// ```
    ///
    /// A batch is closed when it has `size` records or the size in ``BatchOptions/bytes``, when `time` has passed since
    /// its first record (even if no further record arrives), at a checkpoint, and at the end of the input. Up to
    /// `concurrency` batches of a task are in flight at the same time; if more are closed, the source is held back.
    ///
    /// The handler returns `.succeeded`; or `.failed` with the records that failed; or throws, which means that all
    /// records failed. ``BatchOptions/acknowledgement`` decides which records are retried, and ``BatchOptions/retry``
    /// how often. Records that still fail are sent to ``BatchOptions/retryTopic`` if there is one, and are handled by
    /// `onError` otherwise.
    ///
    /// A checkpoint closes the open batch instead of storing its records. Records therefore need no stored form, and
    /// are not kept in two places; the cost is one short batch per checkpoint.
    ///
    /// Restart: records after the last checkpoint are passed to the handler again. The handler may see a record more
    /// than once and has to be idempotent, for example by writing under a key. Operators downstream process each record
    /// exactly once.
    ///
    /// - Parameters:
    ///   - size: the greatest number of records in a batch.
    ///   - time: how long the first record of a batch waits for it to fill. Default: 1 s.
    ///   - concurrency: the number of batches of a task in flight at the same time: a number, or `.adaptive(1...32)`.
    ///     Default: 1.
    ///   - onError: what happens to a record that has failed permanently. Default: `.fail`.
    ///   - options: size in bytes, acknowledgement, retries, retry topic, order, timeout and rate.
    ///   - handle: processes a batch, concurrently to the task; returns or throws the result.
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

    /// Passes each record to an asynchronous handler. The same as `batches(of: 1)` with a handler for a record.
    ///
    /// ```swift
    /// orders.forEachAsync(concurrency: 3) { order in try await database.insert(order) }
    /// ```
    ///
    /// Restart: records after the last checkpoint are passed to the handler again.
    ///
    /// - Parameters:
    ///   - concurrency: the number of records of a task in flight at the same time. Default: 1.
    ///   - onError: what happens to a record that has failed permanently. Default: `.fail`.
    ///   - options: retries, retry topic, order, timeout and rate. The acknowledgement is always `.perRecord`.
    ///   - handle: processes a record, concurrently to the task; throws if it failed.
    /// - Returns: the records that succeeded, in order.
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
    /// Passes records in batches to an asynchronous handler, in the tasks that own the records' keys. No two batches
    /// with the same key are in flight at the same time, so the records of each key are processed in order. Otherwise
    /// the same as `Stream.batches`.
    ///
    /// ```swift
    /// orders.keyed(by: \.customer).batches(of: 100, concurrency: 4) { batch in    // each customer's in order
    ///     try await database.insert(batch.records)
    ///     return .succeeded
    /// }
    /// ```
    ///
    /// Restart: records after the last checkpoint are passed to the handler again. Which keys are parked is restored
    /// from the checkpoint.
    ///
    /// - Parameters:
    ///   - size: the greatest number of records in a batch.
    ///   - time: how long the first record of a batch waits for it to fill. Default: 1 s.
    ///   - concurrency: the number of batches of a task in flight at the same time. Default: 1.
    ///   - onError: what happens to a record that has failed permanently. Default: `.fail`.
    ///   - options: size in bytes, acknowledgement, retries, retry topic, timeout and rate.
    ///   - parking: keeps the order of a key also after a record has failed permanently or was sent to a retry topic.
    ///     Default: `nil`, it is not kept then.
    ///   - handle: processes a batch, concurrently to the task; returns or throws the result.
    /// - Returns: the records that succeeded, in order.
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
