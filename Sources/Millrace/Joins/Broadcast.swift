/// A stream by key, and with it another stream whose records go to every task: rules, prices, a small table.
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
    /// Brings this stream together by key, and sends every record of another to all tasks.
    ///
    /// ```swift
    /// payments.keyed(by: \.card, broadcasting: limits)
    ///     .process(table: \.country, to: Alert.self) { states, limits in ... }
    /// ```
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
    /// Works on the records of each key with a table at hand that the broadcast stream keeps up to date in every task.
    ///
    /// A record finds the table as the broadcast records that have come so far have made it: the two streams are not put in
    /// order. Records of the table with one key have to come from one partition, or the tasks may end up with different
    /// ones. The table is held in memory by each task, and stored once.
    ///
    /// Restart: state, timers and the table are as if there had been none.
    ///
    /// - Parameters:
    ///   - tableKey: what the broadcast records are known by.
    ///   - output: the type of results, where it cannot be inferred.
    ///   - deleting: whether a broadcast record takes its key out of the table.
    ///   - onError: what becomes of a record for which the function throws. Default: `.fail`.
    ///   - make: makes the function of a task; called once in each.
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

    /// Gives each record with the entry of the table that belongs to it, if there is one.
    ///
    /// ```swift
    /// orders.keyed(by: \.id, broadcasting: countries).enriched(on: \.country, equals: \.code)
    /// ```
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

/// A small table that is whole in every task. Each entry is stored by the task that owns its key's hash, and read by all.
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

    /// The value of a key.
    public subscript(key: Key) -> Value? {
        get throws {
            try load()
            return entries[key]
        }
    }

    /// All entries, in no order.
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
