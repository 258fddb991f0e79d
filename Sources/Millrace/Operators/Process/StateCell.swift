/// The current key's value of a state, with or without a time to live; the public state types are built on it.
@usableFromInline
struct StateCell<Key: StreamKey, Value: StateValue> {
    @usableFromInline
    enum Storage {
        /// The graph is being declared.
        case none
        case plain(KeyedTable<Key, Value>)
        case expiring(ExpiringTable<Key, Value>)
    }

    @usableFromInline let storage: Storage
    @usableFromInline let current: CurrentKey<Key>

    @inlinable
    init(_ storage: Storage, _ current: CurrentKey<Key>) {
        self.storage = storage
        self.current = current
    }

    @inlinable
    func get() throws -> Value? {
        switch storage {
        case .plain(let table): try table.find(current.hash, current.get())?.pointee.value
        case .expiring(let table): try table.get(current)
        case .none: throw StateOutsideTask()
        }
    }

    @inlinable
    func update(or initial: () -> Value, _ body: (inout Value) throws -> Void) throws {
        switch storage {
        case .plain(let table): try body(&table.update(current.hash, current.get(), initial: initial).pointee.value)
        case .expiring(let table): try table.update(current, initial, body)
        case .none: throw StateOutsideTask()
        }
    }

    @inlinable
    func set(_ value: Value) throws { try update(or: { value }) { $0 = value } }

    @inlinable
    func remove() throws {
        switch storage {
        case .plain(let table): try table.remove(current.hash, current.get())
        case .expiring(let table): try table.remove(current)
        case .none: throw StateOutsideTask()
        }
    }
}
