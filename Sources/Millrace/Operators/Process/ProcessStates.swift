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
    /// Let go of what is over, where state has a time to live.
    @usableFromInline var eventSweeps: [() throws -> Void] = []
    @usableFromInline var clockSweeps: [() throws -> Void] = []
    /// Encodes the changes of each state.
    @usableFromInline var snapshots: [(inout TaskSnapshot) -> Void] = []

    @usableFromInline
    init(current: CurrentKey<Key>, place: Place) {
        self.current = current
        self.place = place
    }

    /// One value per key, or none.
    @inlinable
    public func value<Value: StateValue>(
        _ name: String, of type: Value.Type = Value.self, timeToLive: TimeToLive? = nil
    ) -> ValueState<Key, Value> {
        ValueState(cell(name, timeToLive))
    }

    /// A map per key. It is stored as a whole when any of it changed: for maps of up to some thousand entries. A time to
    /// live is that of the whole map.
    @inlinable
    public func map<MapKey: StateValue & Hashable, Value: StateValue>(
        _ name: String, of type: (MapKey, Value).Type = (MapKey, Value).self, timeToLive: TimeToLive? = nil
    ) -> MapState<Key, MapKey, Value> {
        MapState(cell(name, timeToLive))
    }

    /// A list per key. It is stored as a whole when any of it changed: for lists of up to some thousand elements. A time to
    /// live is that of the whole list.
    @inlinable
    public func list<Element: StateValue>(
        _ name: String, of type: Element.Type = Element.self, timeToLive: TimeToLive? = nil
    ) -> ListState<Key, Element> {
        ListState(cell(name, timeToLive))
    }

    /// A value per key that additions are combined into.
    @inlinable
    public func reducing<Value: StateValue>(
        _ name: String, of type: Value.Type = Value.self, timeToLive: TimeToLive? = nil,
        _ combine: @escaping (Value, Value) throws -> Value
    ) -> ReducingState<Key, Value> {
        ReducingState(cell(name, timeToLive), combine)
    }

    /// An aggregate per key.
    @inlinable
    public func aggregating<A: Aggregate>(
        _ name: String, _ aggregate: A, timeToLive: TimeToLive? = nil
    ) -> AggregatingState<Key, A> {
        if case .declaration(let node) = place { node.refuse(aggregate.problems) }
        return AggregatingState(cell(name, timeToLive), aggregate)
    }

    /// A way to a side output, for results of another type.
    ///
    /// ```swift
    /// let rejected = graph.sideOutput("rejected", of: Order.self)
    /// orders.keyed(by: \.customer).process(to: Bill.self) { states in
    ///     let reject = states.sideOutput(rejected)
    ///     return ProcessFunction(onRecord: { order, context in
    ///         if order.total < 0 { try reject.emit(order) } else { try context.emit(Bill(order)) }
    ///     })
    /// }
    /// rejected.stream.sink(.jsonLines(directory: "rejected"))
    /// ```
    @inlinable
    public func sideOutput<Output: Sendable>(_ side: SideOutput<Output>) -> ProcessSideOutput<Key, Output> {
        switch place {
        case .declaration(let node):
            side.link(from: node)
            return ProcessSideOutput(nil, current)
        case .task(let context, _): return ProcessSideOutput(side.push(in: context), current)
        }
    }

    @inlinable
    func cell<Value: StateValue>(_ name: String, _ timeToLive: TimeToLive?) -> StateCell<Key, Value> {
        switch (place, timeToLive) {
        case (.declaration(let node), nil):
            node.addState(name, key: Key.self, value: Value.self)
            return StateCell(.none, current)
        case (.declaration(let node), .some(let timeToLive)):
            node.refuse(timeToLive.problems)
            node.addMeaning("'\(name)' lives in \(timeToLive.kind) time")
            node.addState(name, key: Key.self, value: Expiring<Value>.self)
            return StateCell(.none, current)
        case (.task(let context, let node), nil):
            let table = context.makeTable(node, name, key: Key.self, value: Value.self)
            snapshots.append { $0.add(table) }
            return StateCell(.plain(table), current)
        case (.task(let context, let node), .some(let timeToLive)):
            let table = ExpiringTable(
                context.makeTable(node, name, key: Key.self, value: Expiring<Value>.self), timeToLive, context)
            snapshots.append { $0.add(table.table) }
            switch timeToLive.kind {
            case .event: eventSweeps.append { try table.sweep() }
            case .processing: clockSweeps.append { try table.sweep() }
            }
            return StateCell(.expiring(table), current)
        }
    }
}

/// Passes results of a process function on to a side output.
public struct ProcessSideOutput<Key: StreamKey, Output: Sendable> {
    @usableFromInline let next: Push<Output>?
    @usableFromInline let current: CurrentKey<Key>

    @inlinable
    init(_ next: Push<Output>?, _ current: CurrentKey<Key>) {
        self.next = next
        self.current = current
    }

    /// Passes a result on, with the time of the record or timer.
    @inlinable
    public func emit(_ output: Output) throws {
        guard let next else { throw StateOutsideTask() }
        do { try next(output, Timestamp(milliseconds: current.time)) } catch { throw DownstreamFailure(cause: error) }
    }
}

/// The one mistake that can be made with a state handle.
@usableFromInline
struct StateOutsideTask: Error, CustomStringConvertible {
    @usableFromInline
    init() {}

    @usableFromInline var description: String {
        "a process function's state may be used only within onRecord and onTimer, not while it is declared"
    }
}
