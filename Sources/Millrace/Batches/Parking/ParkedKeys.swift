/// The parked keys of one task.
@usableFromInline
struct ParkedKeys<Record: Sendable> {
    /// Returns the state of a record's key.
    let get: (_ hash: UInt64, Record) throws -> ParkedKey
    let set: (_ hash: UInt64, Record, ParkedKey) throws -> Void
    let arrival: @Sendable (Record) -> RecordArrival

    private let registration: (OperatorNode, TaskContext) -> Void

    @usableFromInline
    init<Key: StreamKey>(
        _ parking: KeyParking<Record>, key: @escaping @Sendable (Record) -> Key, of node: OperatorNode,
        in context: TaskContext
    ) {
        let table = context.makeTable(node, "parked", key: Key.self, value: ParkedKey.self)
        get = { hash, record in try table.find(hash, key(record))?.pointee.value ?? ParkedKey() }
        set = { hash, record, parked in
            if parked.isEmpty {
                _ = try table.remove(hash, key(record))
            } else {
                try table.update(hash, key(record)) { parked }.pointee.value = parked
            }
        }
        arrival = parking.arrival
        registration = { node, context in context.register(ParkedKeysInstance(table), of: node) }
    }

    /// Registers the state for checkpoints. To be called after the batches are registered, which change it until they
    /// are done.
    @usableFromInline
    func register(_ node: OperatorNode, _ context: TaskContext) { registration(node, context) }

    /// Returns why a record is not to be tried now, or `nil` if it is.
    func objection(to entry: BatchEntry<Record>) throws -> KeyParked? {
        try get(entry.orderHash, entry.record).objection(to: arrival(entry.record))
    }

    func note(_ entry: BatchEntry<Record>, _ ending: ParkedKey.Ending) throws {
        let before = try get(entry.orderHash, entry.record)
        var after = before
        after.note(arrival(entry.record), ending)
        if after != before { try set(entry.orderHash, entry.record, after) }
    }
}

/// Adds a task's parked keys to checkpoints.
private final class ParkedKeysInstance<Key: StreamKey>: OperatorInstance {
    private let table: KeyedTable<Key, ParkedKey>

    init(_ table: KeyedTable<Key, ParkedKey>) { self.table = table }

    func prepare(_ snapshot: inout TaskSnapshot) throws { snapshot.add(table) }
}
