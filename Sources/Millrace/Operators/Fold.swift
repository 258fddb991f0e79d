/// When a keyed aggregation emits its results.
///
/// ```swift
/// clicks.keyed(by: \.page)
///     .fold(into: 0, emitting: .atCheckpoints) { count, _ in count += 1 }     // only the counts that changed
///     .sink(.jsonLines(directory: "out/counts"))
/// ```
public enum Emission: Sendable, Hashable {
    /// After every record, the new value of its key.
    case everyRecord
    /// At each checkpoint, the values that changed since the previous checkpoint.
    case atCheckpoints
    /// Each time the watermark advances, and at checkpoints, the values that changed since the previous emission.
    case atWatermarks
}

extension KeyedStream {
    /// Keeps a value for each key, and updates it with every record.
    ///
    /// ```swift
    /// clicks.keyed(by: \.user)
    ///     .fold(into: 0) { count, click in count += 1 }       // Stream<Keyed<User, Int>>
    ///     .named("clicks-per-user")
    /// ```
    ///
    /// Restart: each record is in the values exactly once.
    ///
    /// - Parameters:
    ///   - initial: the value of a new key.
    ///   - emitting: when values are emitted. Default: after every record.
    ///   - onError: what happens to a record for which `body` throws; unless the policy is ``ErrorPolicy/fail``, the
    ///     key keeps the value it had before. Default: the operator fails.
    ///   - body: updates the value of the record's key.
    /// - Returns: a stream of keys and their current values.
    @inlinable
    public func fold<Value: StateValue>(
        into initial: Value, emitting: Emission = .everyRecord, onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (inout Value, Record) throws -> Void
    ) -> Stream<Keyed<Key, Value>> {
        let keyOf = node.key
        let result: Stream<Keyed<Key, Value>> = attach("fold", detail: emitting.detail) { context, node, next in
            let operation = FoldInstance(
                context.makeTable(node, "value", key: Key.self, value: Value.self), emitting, next, context)
            context.register(operation, of: node)
            let failures = FailureHandler(onError, of: node, in: context)
            let results = PushBuffer(next)
            let isFatal = onError.isFail
            return BatchHandler { batch in
                try operation.fold(
                    batch, key: keyOf, into: initial, restoring: !isFatal, results: results, failures: failures, body)
            }
        }
        result.node.producer.addState("value", key: Key.self, value: Value.self)
        result.node.producer.ignoreEventTime()
        onError.link(from: result.node.producer)
        return result
    }
}

extension Emission {
    @usableFromInline
    var detail: String {
        switch self {
        case .everyRecord: "a result per record"
        case .atCheckpoints: "results at checkpoints"
        case .atWatermarks: "results at watermarks"
        }
    }
}

/// A fold in one task, with its table and the changes that are still to be emitted.
@usableFromInline
final class FoldInstance<Key: StreamKey, Value: StateValue>: OperatorInstance {
    @usableFromInline let table: KeyedTable<Key, Value>
    @usableFromInline let emission: Emission
    @usableFromInline let next: Push<Keyed<Key, Value>>
    @usableFromInline let context: TaskContext
    /// Keys that changed since the last emission at a watermark, with the time of their last record.
    @usableFromInline var changed: [Key: Timestamp] = [:]

    /// The number of records by which slots are prefetched: enough to hide memory latency, few enough to stay in the
    /// cache.
    @inlinable static var lookAhead: Int { 24 }

    @inlinable
    init(_ table: KeyedTable<Key, Value>, _ emission: Emission, _ next: Push<Keyed<Key, Value>>, _ context: TaskContext)
    {
        self.context = context
        self.table = table
        self.emission = emission
        self.next = next
    }

    /// Folds the records of a batch into the values of their keys, and emits the results that `emission` asks for.
    ///
    /// With `restoring`, a value for which `body` throws is set back. Inlined, so that `key` and `body` are inlined
    /// too.
    @inlinable
    @inline(__always)
    func fold<Record>(
        _ batch: ExchangeBatch<Record>, key keyOf: (Record) -> Key, into initial: Value, restoring: Bool,
        results: PushBuffer<Keyed<Key, Value>>, failures: FailureHandler<Record>,
        _ body: (inout Value, Record) throws -> Void
    ) throws {
        let (count, records, hashes) = (batch.count, batch.records, batch.hashes)
        let (emitsEach, lists) = (emission == .everyRecord, emission == .atWatermarks)
        if emitsEach { results.reserve(count) }
        for index in 0..<min(Self.lookAhead, count) { table.prefetch(hashes[index]) }
        for index in 0..<count {
            let ahead = index &+ Self.lookAhead
            if ahead < count { table.prefetch(hashes[ahead]) }
            let key = keyOf(records[index])
            let slot = try table.update(hashes[index], key) { initial }
            if restoring {
                let before = slot.pointee.value
                do { try body(&slot.pointee.value, records[index]) } catch {
                    slot.pointee.value = before
                    try failures.handle(error, records[index], batch.times[index])
                    continue
                }
            } else {
                do { try body(&slot.pointee.value, records[index]) } catch {
                    try failures.handle(error, records[index], batch.times[index])
                }
            }
            if emitsEach {
                results.append(Keyed(key: key, value: slot.pointee.value), batch.times[index])
            } else if lists {
                noteChange(hashes[index], key, batch.times[index])
            }
        }
        try results.flush()
    }

    @inlinable
    func noteChange(_ hash: UInt64, _ key: Key, _ time: Timestamp) {
        changed[key] = time
    }

    @inlinable
    func advance(to watermark: Watermark) throws -> Bool {
        if emission == .atWatermarks { try emitChanged() }
        return true
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        switch emission {
        case .everyRecord: break
        case .atCheckpoints: try table.forEachChanged { slot in try emit(slot, context.watermark.time) }
        case .atWatermarks: try emitChanged()
        }
        snapshot.add(table)
    }

    @inlinable
    func emitChanged() throws {
        for (key, time) in changed.sorted(by: { $0.key.frozenHash < $1.key.frozenHash }) {
            if let slot = try table.find(key.frozenHash, key) { try emit(slot, time) }
        }
        changed.removeAll(keepingCapacity: true)
    }

    @inlinable
    func emit(_ slot: UnsafeMutablePointer<TableSlot<Key, Value>>, _ time: Timestamp) throws {
        try next(Keyed(key: table.key(of: slot), value: slot.pointee.value), time)
    }
}
