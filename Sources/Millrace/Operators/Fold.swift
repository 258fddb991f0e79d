/// When a keyed aggregation gives its results.
public enum Emission: Sendable, Hashable {
    /// The new value after every record.
    case everyRecord
    /// At each checkpoint, the values that changed since the last.
    case atCheckpoints
    /// Each time event time moves (and at checkpoints), the values that changed since the last time.
    case atWatermarks
}

extension KeyedStream {
    /// Keeps a value per key that each record changes.
    ///
    /// ```swift
    /// clicks.keyed(by: \.user)
    ///     .fold(into: 0) { count, click in count += 1 }       // Stream<Keyed<User, Int>>
    ///     .named("clicks-per-user")
    /// ```
    ///
    /// Restart: the values are as if every record had been folded in exactly once.
    ///
    /// - Parameters:
    ///   - initial: a new key's value.
    ///   - emitting: when results are passed on.
    ///   - onError: what becomes of a record for which `body` throws; the value is then as before.
    ///   - body: changes the value by a record.
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

/// A fold in one task: its table, and what is still to be passed on.
@usableFromInline
final class FoldInstance<Key: StreamKey, Value: StateValue>: OperatorInstance {
    @usableFromInline let table: KeyedTable<Key, Value>
    @usableFromInline let emission: Emission
    @usableFromInline let next: Push<Keyed<Key, Value>>
    @usableFromInline let context: TaskContext
    /// Keys that changed since the last emission at a watermark.
    @usableFromInline var changed: [Key: Timestamp] = [:]

    /// How many records ahead slots are asked for: enough to cover a trip to memory, few enough to still be near.
    @inlinable static var lookAhead: Int { 24 }

    @inlinable
    init(_ table: KeyedTable<Key, Value>, _ emission: Emission, _ next: Push<Keyed<Key, Value>>, _ context: TaskContext)
    {
        self.context = context
        self.table = table
        self.emission = emission
        self.next = next
    }

    /// Folds the records of a batch into their keys' values, and passes on what `emission` wants after each.
    ///
    /// With `restoring`, a value is as before where `body` throws. Inlined, so that `key` and `body` are, too.
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
