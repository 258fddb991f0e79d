/// Declares the state of a process function.
///
/// An instance is passed to the closure of ``KeyedStream/process(to:onError:_:)``. Each method declares one state and
/// returns a handle, which can be used only within `onRecord` and `onTimer`. The names of an operator's states must
/// differ.
///
/// ```swift
/// payments.keyed(by: \.card).process(to: Payment.self) { states in
///     let count = states.value("count", of: Int.self, timeToLive: TimeToLive(.hours(1)))
///     let countries = states.map("countries", of: (String, Bool).self)
///     return ProcessFunction(onRecord: { payment, context in
///         try count.update(or: 0) { $0 += 1 }
///         try countries.set(payment.country, true)
///         if try count.get() ?? 0 > 10, try countries.get().count > 3 { try context.emit(payment) }
///     })
/// }
/// ```
public final class ProcessStates<Key: StreamKey> {
    @usableFromInline
    enum Place {
        /// The graph is being declared: names and types are recorded.
        case declaration(OperatorNode)
        /// A task is being created: tables are created.
        case task(TaskContext, OperatorNode)
    }

    @usableFromInline let current: CurrentKey<Key>
    @usableFromInline let place: Place
    /// Remove expired state, for each state with a time to live.
    @usableFromInline var eventSweeps: [() throws -> Void] = []
    @usableFromInline var clockSweeps: [() throws -> Void] = []
    /// Encode the changes of each state.
    @usableFromInline var snapshots: [(inout TaskSnapshot) -> Void] = []

    @usableFromInline
    init(current: CurrentKey<Key>, place: Place) {
        self.current = current
        self.place = place
    }

    /// Declares a value per key.
    ///
    /// - Parameters:
    ///   - name: the name of the state, unique within the operator.
    ///   - type: the type of the value.
    ///   - timeToLive: how long the value of a key is kept. Default: `nil`, until it is removed.
    /// - Returns: a handle to the value of the current key.
    @inlinable
    public func value<Value: StateValue>(
        _ name: String, of type: Value.Type = Value.self, timeToLive: TimeToLive? = nil
    ) -> ValueState<Key, Value> {
        ValueState(cell(name, timeToLive))
    }

    /// Declares a map per key.
    ///
    /// The map of a key is stored as a whole when any of its entries changes. It is meant for maps of up to a few
    /// thousand entries.
    ///
    /// - Parameters:
    ///   - name: the name of the state, unique within the operator.
    ///   - type: the types of map keys and values.
    ///   - timeToLive: how long the whole map of a key is kept. Default: `nil`, until it is removed.
    /// - Returns: a handle to the map of the current key.
    @inlinable
    public func map<MapKey: StateValue & Hashable, Value: StateValue>(
        _ name: String, of type: (MapKey, Value).Type = (MapKey, Value).self, timeToLive: TimeToLive? = nil
    ) -> MapState<Key, MapKey, Value> {
        MapState(cell(name, timeToLive))
    }

    /// Declares a list per key.
    ///
    /// The list of a key is stored as a whole when any of its elements changes. It is meant for lists of up to a few
    /// thousand elements.
    ///
    /// - Parameters:
    ///   - name: the name of the state, unique within the operator.
    ///   - type: the type of the elements.
    ///   - timeToLive: how long the whole list of a key is kept. Default: `nil`, until it is removed.
    /// - Returns: a handle to the list of the current key.
    @inlinable
    public func list<Element: StateValue>(
        _ name: String, of type: Element.Type = Element.self, timeToLive: TimeToLive? = nil
    ) -> ListState<Key, Element> {
        ListState(cell(name, timeToLive))
    }

    /// Declares a value per key into which added values are combined.
    ///
    /// - Parameters:
    ///   - name: the name of the state, unique within the operator.
    ///   - type: the type of the value.
    ///   - timeToLive: how long the value of a key is kept. Default: `nil`, until it is removed.
    ///   - combine: returns the combination of the current value and an added one.
    /// - Returns: a handle to the value of the current key.
    @inlinable
    public func reducing<Value: StateValue>(
        _ name: String, of type: Value.Type = Value.self, timeToLive: TimeToLive? = nil,
        _ combine: @escaping (Value, Value) throws -> Value
    ) -> ReducingState<Key, Value> {
        ReducingState(cell(name, timeToLive), combine)
    }

    /// Declares an aggregate per key.
    ///
    /// - Parameters:
    ///   - name: the name of the state, unique within the operator.
    ///   - aggregate: the aggregate.
    ///   - timeToLive: how long the accumulator of a key is kept. Default: `nil`, until it is removed.
    /// - Returns: a handle to the aggregate of the current key.
    @inlinable
    public func aggregating<A: Aggregate>(
        _ name: String, _ aggregate: A, timeToLive: TimeToLive? = nil
    ) -> AggregatingState<Key, A> {
        if case .declaration(let node) = place { node.refuse(aggregate.problems) }
        return AggregatingState(cell(name, timeToLive), aggregate)
    }

    /// Declares that the process function emits to a side output, for example results of another type.
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
    ///
    /// - Parameter side: the side output.
    /// - Returns: a handle that emits to the side output.
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

/// A handle with which a process function emits to a side output; see ``ProcessStates/sideOutput(_:)``.
///
/// ```swift
/// let slow = graph.sideOutput("slow", of: String.self)
/// requests.keyed(by: \.route).process(to: Double.self) { states in
///     let report = states.sideOutput(slow)                                    // ProcessSideOutput<String, String>
///     return ProcessFunction(onRecord: { request, context in
///         if request.milliseconds > 1000 { try report.emit("\(context.key): \(request.milliseconds) ms") }
///         try context.emit(request.milliseconds)
///     })
/// }
/// ```
public struct ProcessSideOutput<Key: StreamKey, Output: Sendable> {
    @usableFromInline let next: Push<Output>?
    @usableFromInline let current: CurrentKey<Key>

    @inlinable
    init(_ next: Push<Output>?, _ current: CurrentKey<Key>) {
        self.next = next
        self.current = current
    }

    /// Emits a result to the side output, with the time of the current record or timer.
    ///
    /// - Throws: an error of a downstream operator; let it pass.
    @inlinable
    public func emit(_ output: Output) throws {
        guard let next else { throw StateOutsideTask() }
        do { try next(output, Timestamp(milliseconds: current.time)) } catch { throw DownstreamFailure(cause: error) }
    }
}

/// An error for a state handle that is used while the graph is being declared.
@usableFromInline
struct StateOutsideTask: Error, CustomStringConvertible {
    @usableFromInline
    init() {}

    @usableFromInline var description: String {
        "a process function's state may be used only within onRecord and onTimer, not while it is declared"
    }
}
