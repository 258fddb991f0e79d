/// A stream partitioned by key, together with a stream whose records are sent to every task, such as rules or prices.
///
/// Created with ``Stream/keyed(by:broadcasting:)``.
///
/// ```swift
/// orders.keyed(by: \.id, broadcasting: countries)                             // BroadcastStream<Int, Order, Country>
///     .enriched(on: \.country, equals: \.code)
///     .map { "\($0.left.id): \($0.right?.name ?? $0.left.country)" }
/// ```
public struct BroadcastStream<Key: StreamKey, Record: Sendable, Rule: Sendable> {
    @usableFromInline let keyed: KeyedStream<Key, Either<Record, Rule>>
    @usableFromInline let key: @Sendable (Record) -> Key

    @inlinable
    init(keyed: KeyedStream<Key, Either<Record, Rule>>, key: @escaping @Sendable (Record) -> Key) {
        self.keyed = keyed
        self.key = key
    }
}

extension Stream {
    /// Partitions this stream by key, and sends every record of another stream to all tasks.
    ///
    /// ```swift
    /// payments.keyed(by: \.card, broadcasting: limits)
    ///     .process(table: \.country, to: Alert.self) { states, limits in ... }
    /// ```
    ///
    /// - Parameters:
    ///   - key: returns the key of a record of this stream.
    ///   - rules: the stream whose records are sent to all tasks.
    /// - Returns: both streams.
    @inlinable
    public func keyed<Key: StreamKey, Rule: Sendable>(
        by key: @escaping @Sendable (Record) -> Key, broadcasting rules: Stream<Rule>
    ) -> BroadcastStream<Key, Record, Rule> {
        let records = map { Either<Record, Rule>.left($0) }
        let others = rules.map { Either<Record, Rule>.right($0) }
        others.node.producer.goesToAllTasks()
        let keyed = records.merge(with: [others]).exchanged(
            by: { record -> Key in
                guard case .left(let record) = record else {
                    fatalError("a broadcast record goes to every task, and is not asked for its key")
                }
                return key(record)
            }, detail: "by \(Key.self), with a broadcast",
            broadcasts: { record in
                if case .right = record { true } else { false }
            })
        return BroadcastStream(keyed: keyed, key: key)
    }
}

extension BroadcastStream {
    /// Calls a function for each record, with state per key, timers, and a table that the broadcast stream updates.
    ///
    /// ```swift
    /// payments.keyed(by: \.card, broadcasting: limits).process(table: \.country, to: Payment.self) { states, limits in
    ///     let spent = states.value("spent", of: Double.self)
    ///     return ProcessFunction(onRecord: { payment, context in
    ///         let sum = try (spent.get() ?? 0) + payment.amount
    ///         try spent.set(sum)
    ///         if let limit = try limits[payment.country], sum > limit.amount { try context.emit(payment) }
    ///     })
    /// }
    /// ```
    ///
    /// Each task holds the whole table in memory; it is stored once. A record finds the table as left by the broadcast
    /// records processed before it; there is no order between the two streams. Broadcast records with the same table
    /// key must come from one partition, or the tables of the tasks may differ.
    ///
    /// Restart: state, timers and the table are restored from the checkpoint; each record affects them exactly once.
    ///
    /// - Parameters:
    ///   - tableKey: returns the key of a broadcast record in the table.
    ///   - output: the type of the results.
    ///   - deleting: returns whether a broadcast record deletes its key from the table. Default: none does.
    ///   - onError: what happens to a record for which `onRecord` throws. An error thrown by `onTimer` always fails the
    ///     operator. Default: the operator fails.
    ///   - make: declares the state and returns the function, which may read the table. It is called once per task, and
    ///     once while the graph is being declared, when state and table have no values yet.
    /// - Returns: a stream of the results that the function emits.
    @inlinable
    public func process<TableKey: StreamKey, Output: Sendable>(
        table tableKey: @escaping @Sendable (Rule) -> TableKey, to output: Output.Type = Output.self,
        deleting: @escaping @Sendable (Rule) -> Bool = { _ in false }, onError: ErrorPolicy<Record> = .fail,
        _ make:
            @escaping @Sendable (ProcessStates<Key>, BroadcastTable<TableKey, Rule>) -> ProcessFunction<
                Key, Record, Output
            >
    ) -> Stream<Output> where Rule: StateValue {
        let keyOf = key
        let result: Stream<Output> = keyed.attach("broadcast process") { context, node, next in
            let current = CurrentKey<Key>()
            let states = ProcessStates<Key>(current: current, place: .task(context, node))
            let timers = TimerStore<Key>(context, node)
            let scope = ProcessContext<Key, Output>(current: current, timers: timers, context: context, next: next)
            let table = BroadcastTable<TableKey, Rule>(context, node)
            states.snapshots.append { table.prepare(&$0) }
            let operation = ProcessInstance(make(states, table), states, timers, scope, node: node)
            context.register(operation, of: node)
            let failures = FailureHandler(onError, of: node, in: context)
            return BatchHandler { batch in
                for index in 0..<batch.count {
                    switch batch.records[index] {
                    case .right(let rule): try table.set(tableKey(rule), deleting(rule) ? nil : rule)
                    case .left(let record):
                        current.set(batch.hashes[index], keyOf(record), batch.times[index])
                        scope.storedTime = batch.times[index]
                        do { try operation.function.onRecord(record, scope) } catch let error as DownstreamFailure {
                            throw error.cause
                        } catch {
                            try failures.handle(error, record, batch.times[index])
                        }
                    }
                }
            }
        }
        let producer = result.node.producer
        TimerStore<Key>.declare(producer)
        producer.addState("broadcast", key: TableKey.self, value: Rule.self)
        _ = make(ProcessStates(current: CurrentKey<Key>(), place: .declaration(producer)), BroadcastTable())
        onError.link(from: producer)
        return result
    }

    /// Joins each record with its entry in a table that the broadcast stream updates.
    ///
    /// ```swift
    /// orders.keyed(by: \.id, broadcasting: countries).enriched(on: \.country, equals: \.code)
    /// ```
    ///
    /// A record finds the table as left by the broadcast records processed before it.
    ///
    /// Restart: the table is restored from the checkpoint.
    ///
    /// - Parameters:
    ///   - recordKey: returns the table key that belongs to a record.
    ///   - tableKey: returns the key of a broadcast record in the table.
    ///   - deleting: returns whether a broadcast record deletes its key from the table. Default: none does.
    /// - Returns: a stream of records, each with its table entry, or `nil` if there is none.
    @inlinable
    public func enriched<TableKey: StreamKey>(
        on recordKey: @escaping @Sendable (Record) -> TableKey, equals tableKey: @escaping @Sendable (Rule) -> TableKey,
        deleting: @escaping @Sendable (Rule) -> Bool = { _ in false }
    ) -> Stream<Joined<Key, Record, Rule?>> where Rule: StateValue {
        process(table: tableKey, to: Joined<Key, Record, Rule?>.self, deleting: deleting) { _, table in
            ProcessFunction(onRecord: { record, context in
                try context.emit(Joined(key: context.key, left: record, right: try table[recordKey(record)]))
            })
        }
    }
}

/// A small table that every task holds as a whole in memory. Each entry is stored by the task whose range contains the
/// hash of its key, and read by all tasks.
///
/// ```swift
/// payments.keyed(by: \.card, broadcasting: limits).process(table: \.country, to: Payment.self) { _, limits in
///     ProcessFunction(onRecord: { payment, context in
///         guard let limit = try limits[payment.country], payment.amount > limit.amount else { return }
///         try context.emit(payment)
///     })
/// }
/// ```
public final class BroadcastTable<Key: StreamKey, Value: StateValue> {
    private let owned: KeyedTable<Key, Value>?
    private let hashes: ClosedRange<UInt64>
    private let stored: StoredState?
    private var entries: [Key: Value] = [:]
    private var isLoaded = false

    @usableFromInline
    init() {
        owned = nil
        stored = nil
        hashes = 0...0
    }

    @usableFromInline
    init(_ context: TaskContext, _ node: OperatorNode) {
        owned = context.makeTable(node, "broadcast", key: Key.self, value: Value.self)
        stored = context.storedState(node, "broadcast")
        hashes = context.hashes
    }

    /// The value of a key; `nil` if there is none.
    public subscript(key: Key) -> Value? {
        get throws {
            try load()
            return entries[key]
        }
    }

    /// Returns all entries, in no particular order.
    public func all() throws -> [Key: Value] {
        try load()
        return entries
    }

    private func load() throws {
        if isLoaded { return }
        isLoaded = true
        guard let stored, stored.restored else { return }
        try stored.reader.visit(stored.state, .whole, 0...UInt64.max) { hash, remainder, value in
            let key = Key(hash: hash, remainder: try Key.decodeRemainder(from: &remainder))
            entries[key] = try Value.decode(from: &value)
        }
    }

    @usableFromInline
    func set(_ key: Key, _ value: Value?) throws {
        try load()
        entries[key] = value
        guard let owned, hashes.contains(key.frozenHash) else { return }
        if let value {
            try owned.update(key.frozenHash, key) { value }.pointee.value = value
        } else {
            try owned.remove(key.frozenHash, key)
        }
    }

    @usableFromInline
    func prepare(_ snapshot: inout TaskSnapshot) { if let owned { snapshot.add(owned) } }
}
