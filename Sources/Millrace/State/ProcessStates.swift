/// Where a process function declares its state.
public final class ProcessStates<Key: StreamKey> {
    @usableFromInline
    enum Place {
        /// The graph is being declared: names and types are noted.
        case declaration(OperatorNode)
        /// A task is being built: tables are made.
        case task(TaskContext, OperatorNode)
    }

    @usableFromInline let current: CurrentKey<Key>
    @usableFromInline let place: Place
    /// Encodes the changes of each state.
    @usableFromInline var snapshots: [(inout TaskSnapshot) -> Void] = []

    @usableFromInline
    init(current: CurrentKey<Key>, place: Place) {
        self.current = current
        self.place = place
    }

    /// One value per key, or none.
    @inlinable
    public func value<Value: StateValue>(_ name: String, of type: Value.Type = Value.self) -> ValueState<Key, Value> {
        ValueState(table: table(name, Value.self), current: current)
    }

    /// A map per key. It is stored as a whole when any of it changed: for maps of up to some thousand entries.
    @inlinable
    public func map<MapKey: StateValue & Hashable, Value: StateValue>(
        _ name: String, of type: (MapKey, Value).Type = (MapKey, Value).self
    ) -> MapState<Key, MapKey, Value> {
        MapState(table: table(name, [MapKey: Value].self), current: current)
    }

    /// A list per key. It is stored as a whole when any of it changed: for lists of up to some thousand elements.
    @inlinable
    public func list<Element: StateValue>(
        _ name: String, of type: Element.Type = Element.self
    ) -> ListState<Key, Element> {
        ListState(table: table(name, [Element].self), current: current)
    }

    @inlinable
    func table<Value: StateValue>(_ name: String, _ type: Value.Type) -> KeyedTable<Key, Value>? {
        switch place {
        case .declaration(let node):
            node.addState(name, key: Key.keySchema, value: Value.stateSchema)
            return nil
        case .task(let context, let node):
            let table = context.makeTable(node, name, key: Key.self, value: Value.self)
            snapshots.append { $0.add(table) }
            return table
        }
    }
}

/// The message of the one mistake that can be made with a state handle.
@usableFromInline
func stateOutsideTask() -> Never {
    preconditionFailure(
        "a process function's state may be used only within onRecord and onTimer, not while it is declared")
}
