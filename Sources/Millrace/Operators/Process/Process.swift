extension KeyedStream {
    /// Calls a function for each record, with state per key and timers.
    ///
    /// Use it for logic that the other keyed operators do not cover. `make` declares the state and returns the
    /// functions that are called for records and timers.
    ///
    /// ```swift
    /// orders.keyed(by: \.customer).process(to: Alert.self) { states in
    ///     let open = states.value("open", of: Int.self)
    ///     return ProcessFunction(
    ///         onRecord: { order, context in
    ///             try open.update(or: 0) { $0 += 1 }
    ///             try context.setTimer(.event(context.time.advanced(by: .hours(1))))
    ///         },
    ///         onTimer: { time, context in
    ///             if let count = try open.get() { try context.emit(Alert(customer: context.key, open: count)) }
    ///         })
    /// }
    /// ```
    ///
    /// To emit results of other types, use ``ProcessStates/sideOutput(_:)``.
    ///
    /// Restart: state and timers are restored from the checkpoint; each record affects the state exactly once.
    ///
    /// - Parameters:
    ///   - output: the type of the results.
    ///   - onError: what happens to a record for which `onRecord` throws; changes of state that it made before it threw
    ///     remain. An error thrown by `onTimer` always fails the operator. Default: the operator fails.
    ///   - make: declares the state and returns the function. It is called once per task, and once while the graph is
    ///     being declared, when the state has no values yet.
    /// - Returns: a stream of the results that the function emits.
    @inlinable
    public func process<Output: Sendable>(
        to output: Output.Type = Output.self, onError: ErrorPolicy<Record> = .fail,
        _ make: @escaping @Sendable (ProcessStates<Key>) -> ProcessFunction<Key, Record, Output>
    ) -> Stream<Output> {
        process(kind: "process", to: output, onError: onError, make)
    }

    /// Adds a process function under another kind, for operators that are built on it.
    @inlinable
    func process<Output: Sendable>(
        kind: String, detail: String = "", to output: Output.Type = Output.self, onError: ErrorPolicy<Record> = .fail,
        _ make: @escaping @Sendable (ProcessStates<Key>) -> ProcessFunction<Key, Record, Output>
    ) -> Stream<Output> {
        let keyOf = node.key
        let result: Stream<Output> = attach(kind, detail: detail) { context, node, next in
            let current = CurrentKey<Key>()
            let states = ProcessStates<Key>(current: current, place: .task(context, node))
            let timers = TimerStore<Key>(context, node)
            let scope = ProcessContext<Key, Output>(current: current, timers: timers, context: context, next: next)
            let operation = ProcessInstance(make(states), states, timers, scope, node: node)
            context.register(operation, of: node)
            let failures = FailureHandler(onError, of: node, in: context)
            return BatchHandler { batch in
                for index in 0..<batch.count {
                    let record = batch.records[index]
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
        let producer = result.node.producer
        TimerStore<Key>.declare(producer)
        _ = make(ProcessStates(current: CurrentKey<Key>(), place: .declaration(producer)))
        onError.link(from: producer)
        return result
    }
}

/// The functions that a process operator calls for records and timers.
///
/// ```swift
/// logins.keyed(by: \.user).process(to: Login.self) { states in
///     let hasFailed = states.value("failed", of: Bool.self)
///     return ProcessFunction(onRecord: { login, context in
///         if !login.succeeded, try hasFailed.get() != true { try context.emit(login) }    // the first in a row
///         try hasFailed.set(!login.succeeded)
///     })
/// }
/// ```
public struct ProcessFunction<Key: StreamKey, Record: Sendable, Output: Sendable> {
    @usableFromInline let onRecord: (Record, ProcessContext<Key, Output>) throws -> Void
    @usableFromInline let onTimer: (Timer, ProcessContext<Key, Output>) throws -> Void

    /// Creates a process function.
    ///
    /// - Parameters:
    ///   - onRecord: called for each record; state and context are those of its key.
    ///   - onTimer: called when a timer is due; state and context are those of its key. Default: does nothing.
    @inlinable
    public init(
        onRecord: @escaping (Record, ProcessContext<Key, Output>) throws -> Void,
        onTimer: @escaping (Timer, ProcessContext<Key, Output>) throws -> Void = { _, _ in }
    ) {
        self.onRecord = onRecord
        self.onTimer = onTimer
    }
}

/// A point in time at which a process function is to be called again for a key; see ``ProcessContext/setTimer(_:)``.
///
/// At the end of the input all remaining timers fire, whatever their time. Timers that are set while they do so are
/// ignored.
///
/// ```swift
/// visits.keyed(by: \.user).process(to: String.self) { states in
///     let end = states.value("end", of: Timestamp.self)
///     return ProcessFunction(
///         onRecord: { _, context in
///             if let earlier = try end.get() { try context.deleteTimer(.processing(earlier)) }
///             let time = context.processingTime.advanced(by: .minutes(30))
///             try end.set(time)
///             try context.setTimer(.processing(time))
///         },
///         onTimer: { timer, context in try context.emit("\(context.key) has left by \(timer.time)") })
/// }
/// ```
public enum Timer: Hashable, Sendable {
    /// Event time: fires when the watermark has reached the time.
    ///
    /// At the end of the input the watermark first advances to the time of the last record, and then to the end.
    case event(Timestamp)
    /// Processing time: fires when the clock has reached the time.
    case processing(Timestamp)

    /// The point in time.
    public var time: Timestamp {
        switch self {
        case .event(let time), .processing(let time): time
        }
    }
}

/// The key for which a process function is being called.
@usableFromInline
final class CurrentKey<Key: StreamKey> {
    // Set and read by one task, never at the same time.
    @exclusivity(unchecked) @usableFromInline var hash: UInt64 = 0
    @exclusivity(unchecked) @usableFromInline var key: Key?
    /// The time of the record or timer, in milliseconds since 1970.
    @exclusivity(unchecked) @usableFromInline var time: Int64 = .min

    @usableFromInline
    init() {}

    @inlinable
    func set(_ hash: UInt64, _ key: Key, _ time: Timestamp) {
        self.hash = hash
        self.key = key
        self.time = time.milliseconds
    }

    @inlinable
    func get() -> Key {
        guard let key else {
            preconditionFailure("state of a process function may be used only within onRecord and onTimer")
        }
        return key
    }
}

/// The context in which a process function is called: its key and times, output and timers.
///
/// Valid only during a call of `onRecord` or `onTimer`.
///
/// ```swift
/// orders.keyed(by: \.id).process(to: String.self) { _ in
///     ProcessFunction(
///         onRecord: { order, context in try context.setTimer(.event(context.time.advanced(by: .days(14)))) },
///         onTimer: { _, context in try context.emit("order \(context.key) can be reviewed from \(context.time)") })
/// }
/// ```
public final class ProcessContext<Key: StreamKey, Output: Sendable> {
    @usableFromInline let current: CurrentKey<Key>
    @usableFromInline let timers: TimerStore<Key>
    @usableFromInline let context: TaskContext
    @usableFromInline let next: Push<Output>
    /// The event time of the record, or the time of the timer.
    @inlinable
    public var time: Timestamp { storedTime }
    @exclusivity(unchecked) @usableFromInline var storedTime = Timestamp.distantPast

    @inlinable
    init(current: CurrentKey<Key>, timers: TimerStore<Key>, context: TaskContext, next: Push<Output>) {
        self.current = current
        self.timers = timers
        self.context = context
        self.next = next
    }

    /// The key of the record or timer.
    @inlinable
    public var key: Key { current.get() }

    /// The watermark of this task: no more records with this time or an earlier one are expected.
    public var watermark: Timestamp { context.watermark.time }

    /// The current processing time.
    public var processingTime: Timestamp { context.processingTime }

    /// Counts the record as late.
    @usableFromInline
    func countLate() { context.counters.late += 1 }

    /// Emits a result, with the time of the current record or timer.
    ///
    /// - Throws: an error of a downstream operator; let it pass.
    @inlinable
    public func emit(_ output: Output) throws {
        do { try next(output, storedTime) } catch { throw DownstreamFailure(cause: error) }
    }

    /// Sets a timer for the current key. Setting the same timer again has no effect.
    ///
    /// Restart: timers are restored from the checkpoint.
    ///
    /// - Parameter timer: when to call `onTimer`.
    @inlinable
    public func setTimer(_ timer: Timer) throws { try timers.set(timer, current.hash, current.get()) }

    /// Deletes a timer of the current key, if it exists.
    ///
    /// - Parameter timer: the timer to delete.
    @inlinable
    public func deleteTimer(_ timer: Timer) throws { try timers.delete(timer, current.hash, current.get()) }
}

/// Wraps an error of a downstream operator, to tell it from an error of the process function.
@usableFromInline
struct DownstreamFailure: Error {
    @usableFromInline let cause: any Error

    @inlinable
    init(cause: any Error) { self.cause = cause }
}
