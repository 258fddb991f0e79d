extension KeyedStream {
    /// The operator for everything that the others do not say: state of any shape per key, and timers.
    ///
    /// `make` declares the state and returns what is called for each record and each timer. It is called once per task,
    /// and once when the graph is declared (to learn of the state).
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
    /// Results of other types go to side outputs (`ProcessStates.sideOutput`).
    ///
    /// Restart: state and timers are as if there had been none.
    @inlinable
    public func process<Output: Sendable>(
        to output: Output.Type = Output.self, onError: ErrorPolicy<Record> = .fail,
        _ make: @escaping @Sendable (ProcessStates<Key>) -> ProcessFunction<Key, Record, Output>
    ) -> Stream<Output> {
        process(kind: "process", to: output, onError: onError, make)
    }

    /// The same for operators that are made of it, which have a kind of their own.
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

/// What a keyed process does with records and timers.
public struct ProcessFunction<Key: StreamKey, Record: Sendable, Output: Sendable> {
    @usableFromInline let onRecord: (Record, ProcessContext<Key, Output>) throws -> Void
    @usableFromInline let onTimer: (Timer, ProcessContext<Key, Output>) throws -> Void

    /// - Parameters:
    ///   - onRecord: called for each record, with its key current.
    ///   - onTimer: called when a timer's time has come, with its key current.
    @inlinable
    public init(
        onRecord: @escaping (Record, ProcessContext<Key, Output>) throws -> Void,
        onTimer: @escaping (Timer, ProcessContext<Key, Output>) throws -> Void = { _, _ in }
    ) {
        self.onRecord = onRecord
        self.onTimer = onTimer
    }
}

/// A point in time at which a key wants to be called.
public enum Timer: Hashable, Sendable {
    /// When the watermark has reached it; at the latest at the end of input, when event time comes to the last record's
    /// and then to its end. What a timer sets that fires only because of the end does not fire any more.
    case event(Timestamp)
    /// When the clock has reached it; at the latest at the end of input, with the same exception.
    case processing(Timestamp)

    /// The point in time.
    public var time: Timestamp {
        switch self {
        case .event(let time), .processing(let time): time
        }
    }
}

/// The key that a process function is called for.
@usableFromInline
final class CurrentKey<Key: StreamKey> {
    // Set and read by one task, never at once.
    @exclusivity(unchecked) @usableFromInline var hash: UInt64 = 0
    @exclusivity(unchecked) @usableFromInline var key: Key?
    /// Of the record or timer, in milliseconds.
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

/// What a process function can see and do besides its state.
public final class ProcessContext<Key: StreamKey, Output: Sendable> {
    @usableFromInline let current: CurrentKey<Key>
    @usableFromInline let timers: TimerStore<Key>
    @usableFromInline let context: TaskContext
    @usableFromInline let next: Push<Output>
    /// The record's event time, or the timer's time.
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

    /// The key.
    @inlinable
    public var key: Key { current.get() }

    /// Event time of this task: nothing at or before it is expected any more.
    public var watermark: Timestamp { context.watermark.time }

    /// Processing time.
    public var processingTime: Timestamp { context.processingTime }

    /// Counts the record as too late.
    @usableFromInline
    func countLate() { context.counters.late += 1 }

    /// Passes a result on, with the current time.
    @inlinable
    public func emit(_ output: Output) throws {
        do { try next(output, storedTime) } catch { throw DownstreamFailure(cause: error) }
    }

    /// Asks to be called for the current key at a time; once, however often it is asked.
    @inlinable
    public func setTimer(_ timer: Timer) throws { try timers.set(timer, current.hash, current.get()) }

    /// Takes a timer back.
    @inlinable
    public func deleteTimer(_ timer: Timer) throws { try timers.delete(timer, current.hash, current.get()) }
}

/// An error that came from an operator further on, and is none of the process function's.
@usableFromInline
struct DownstreamFailure: Error {
    @usableFromInline let cause: any Error

    @inlinable
    init(cause: any Error) { self.cause = cause }
}
