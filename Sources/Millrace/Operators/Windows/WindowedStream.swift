public import struct Foundation.TimeZone

/// How records are divided into windows, and when these give results.
@usableFromInline
struct WindowPlan: Sendable {
    @usableFromInline let assigner: SliceAssigner
    @usableFromInline let kind: TimeKind
    @usableFromInline let allowedLateness: Duration
    @usableFromInline var trigger = WindowTrigger.atWatermark
    /// What is wrong with what the assigner was made of.
    @usableFromInline var shapeProblems: [GraphProblem]

    @usableFromInline
    init(
        _ assigner: SliceAssigner, _ kind: TimeKind, allowedLateness: Duration, _ shapeProblems: [GraphProblem] = []
    ) {
        self.assigner = assigner
        self.kind = kind
        self.allowedLateness = kind == .event ? allowedLateness : .zero
        self.shapeProblems = shapeProblems
    }

    @usableFromInline var problems: [GraphProblem] {
        shapeProblems + trigger.problems(assigner.isOneSliceEach) + GraphProblem.lateness(allowedLateness)
    }

    @usableFromInline var timing: WindowTiming {
        WindowTiming(allowedLateness: allowedLateness, isFinalOnly: trigger.isFinalOnly)
    }

    @usableFromInline var detail: String {
        var parts = ["\(kind) time"]
        if allowedLateness > .zero { parts.append("lateness \(allowedLateness)") }
        if let interval = trigger.earlyInterval { parts.append("early every \(interval)") }
        if let count = trigger.recordCount { parts.append("every \(count) records") }
        if trigger.isFinalOnly { parts.append("final results only") }
        if trigger.discards { parts.append("discarding") }
        return parts.joined(separator: ", ")
    }
}

/// Records of one key and one window after another, waiting for an aggregate.
public struct WindowedStream<Key: StreamKey, Record: Sendable> {
    @usableFromInline let keyed: KeyedStream<Key, Record>
    @usableFromInline var plan: WindowPlan
    @usableFromInline let late: SideOutput<Record>?
    @usableFromInline let shape: String

    @usableFromInline
    init(keyed: KeyedStream<Key, Record>, plan: WindowPlan, late: SideOutput<Record>?, shape: String) {
        self.keyed = keyed
        self.plan = plan
        self.late = late
        self.shape = shape
    }

    /// Says when windows give results besides the one at their end.
    public func trigger(_ trigger: WindowTrigger) -> WindowedStream {
        var copy = self
        copy.plan.trigger = trigger
        return copy
    }
}

extension KeyedStream {
    /// Divides each key's records into windows of one length, side by side.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin)
    ///     .tumblingWindow(of: .hours(1), allowedLateness: .hours(1), late: late)
    ///     .aggregate(DelayStatistics())
    /// ```
    ///
    /// A window in event time fires when the watermark reaches its last instant. A record that comes later, within
    /// the allowed lateness, fires it again with the new result; one later than that goes to `late` and is counted. A
    /// window in processing time fires when its time is over. At the end of the input every window fires.
    ///
    /// - Parameters:
    ///   - length: at least a millisecond.
    ///   - offset: shifts the windows' starts from whole multiples of the length since 1970.
    ///   - allowedLateness: how long after its end a window in event time is kept; none by default.
    @inlinable
    public func tumblingWindow(
        of length: Duration, offset: Duration = .zero, in kind: TimeKind = .event,
        allowedLateness: Duration = .zero, late: SideOutput<Record>? = nil
    ) -> WindowedStream<Key, Record> {
        WindowedStream(
            keyed: self,
            plan: WindowPlan(
                .tumbling(length, offset: offset), kind, allowedLateness: allowedLateness,
                SliceAssigner.problems(length: length)),
            late: late, shape: "\(length)")
    }

    /// Divides each key's records into the days of a time zone: of 23 hours, or 25, where clocks are changed.
    ///
    /// ```swift
    /// sales.keyed(by: \.shop).dayWindow(in: .current).aggregate(Sum(of: \.price))
    /// ```
    @inlinable
    public func dayWindow(
        in zone: TimeZone, allowedLateness: Duration = .zero, late: SideOutput<Record>? = nil
    ) -> WindowedStream<Key, Record> {
        WindowedStream(
            keyed: self, plan: WindowPlan(.days(DayCalendar(zone)), .event, allowedLateness: allowedLateness),
            late: late,
            shape: "days in \(zone.identifier)")
    }

    /// Divides each key's records into windows that overlap: one of `length` begins every `slide`.
    ///
    /// ```swift
    /// bids.keyed(by: \.auction).slidingWindow(of: .seconds(60), every: .seconds(5)).aggregate(Count())
    /// ```
    ///
    /// A record is added to one slice, however many windows hold it; a window merges its slices when it fires. Lateness
    /// and time are as for `tumblingWindow`; a late record fires again every window that it belongs to.
    ///
    /// - Parameter slide: at most `length`; the greatest common divisor of both is the slices' length.
    @inlinable
    public func slidingWindow(
        of length: Duration, every slide: Duration, offset: Duration = .zero, in kind: TimeKind = .event,
        allowedLateness: Duration = .zero, late: SideOutput<Record>? = nil
    ) -> WindowedStream<Key, Record> {
        WindowedStream(
            keyed: self,
            plan: WindowPlan(
                .sliding(length, every: slide, offset: offset), kind, allowedLateness: allowedLateness,
                SliceAssigner.problems(length: length, slide: slide)),
            late: late, shape: "\(length) every \(slide)")
    }

    /// Divides each key's records into windows that grow: of each round of `length`, one ends after every `step`, and all
    /// begin with the round.
    ///
    /// ```swift
    /// sales.keyed(by: \.shop).cumulativeWindow(upTo: .days(1), step: .hours(1)).fold(into: 0, merge: +) { $0 += $1.price }
    /// ```
    ///
    /// - Parameter length: a multiple of `step`.
    @inlinable
    public func cumulativeWindow(
        upTo length: Duration, step: Duration, offset: Duration = .zero, in kind: TimeKind = .event,
        allowedLateness: Duration = .zero, late: SideOutput<Record>? = nil
    ) -> WindowedStream<Key, Record> {
        WindowedStream(
            keyed: self,
            plan: WindowPlan(
                .cumulative(upTo: length, step: step, offset: offset), kind, allowedLateness: allowedLateness,
                SliceAssigner.problems(length: length, step: step)),
            late: late, shape: "up to \(length), step \(step)")
    }

    /// One window for all time, which gives results as its trigger says, and at the end of the input.
    ///
    /// ```swift
    /// clicks.keyed(by: \.user).globalWindow(trigger: .every(records: 100).discarding).aggregate(Count())
    /// ```
    @inlinable
    public func globalWindow(trigger: WindowTrigger) -> WindowedStream<Key, Record> {
        WindowedStream(
            keyed: self, plan: WindowPlan(.global, .event, allowedLateness: .zero), late: nil, shape: "all time"
        ).trigger(trigger)
    }
}

/// The result of one window of one key.
@frozen
public struct WindowResult<Key: Sendable, Value: Sendable>: Sendable {
    /// The key.
    public var key: Key
    /// The window.
    public var window: TimeWindow
    /// What its records amount to.
    public var value: Value

    /// All three parts.
    @inlinable
    public init(key: Key, window: TimeWindow, value: Value) {
        self.key = key
        self.window = window
        self.value = value
    }
}

extension WindowResult: Equatable where Key: Equatable, Value: Equatable {}
extension WindowResult: Hashable where Key: Hashable, Value: Hashable {}
extension WindowResult: BitwiseCopyable where Key: BitwiseCopyable, Value: BitwiseCopyable {}
extension WindowResult: Encodable where Key: Encodable, Value: Encodable {}
extension WindowResult: Decodable where Key: Decodable, Value: Decodable {}

extension WindowedStream {
    /// Sums up each window of each key; the result has the window's last instant as its time.
    ///
    /// Restart: windows fire as if there had been none; each firing is in a transactional sink exactly once.
    @inlinable
    public func aggregate<A: Aggregate>(
        _ aggregate: A, onError: ErrorPolicy<Record> = .fail
    ) -> Stream<WindowResult<Key, A.Output>> where A.Input == Record {
        let (late, plan) = (late, plan)
        let keyOf = keyed.node.key
        let result: Stream<WindowResult<Key, A.Output>> = keyed.attach("window", detail: "\(shape), \(plan.detail)") {
            context, node, next in
            let windows = WindowParticipant(
                aggregate, plan, context: context, node: node, next: next,
                late: late?.push(in: context), failures: FailureHandler(onError, of: node, in: context))
            context.register(windows, of: node)
            return BatchHandler { batch in try windows.work(on: batch, keyOf) }
        }
        let node = result.node.producer
        node.addMeaning("windows of \(shape), \(plan.assigner.meaning), \(plan.detail)")
        node.addMeaning(aggregate.parameters)
        node.refuse(plan.problems)
        node.refuse(aggregate.problems)
        node.addState("windows", key: Key.self, value: A.Accumulator.self)
        if plan.assigner.shape == .global { node.addState("last times", key: Key.self, value: Int64.self) }
        if plan.trigger.recordCount != nil {
            node.addState("trigger", key: Key.self, value: Int.self)
        }
        late?.link(from: node)
        if case .deadLetter(let side) = onError { side.link(from: node) }
        return result
    }

    /// Folds the records of each window of each key into a value.
    ///
    /// ```swift
    /// .tumblingWindow(of: .seconds(10)).fold(into: 0) { sum, record in sum += record.amount }
    /// .slidingWindow(of: .seconds(60), every: .seconds(5)).fold(into: 0, merge: +) { count, _ in count += 1 }
    /// ```
    ///
    /// - Parameter merge: puts two values together. Windows that overlap need it.
    @inlinable
    public func fold<Value: StateValue>(
        into initial: Value, merge: (@Sendable (Value, Value) -> Value)? = nil, onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (inout Value, Record) throws -> Void
    ) -> Stream<WindowResult<Key, Value>> {
        let result = aggregate(FoldAggregate(initial: initial, body: body, merging: merge), onError: onError)
        result.node.producer.refuse(
            GraphProblem.unmet(
                (
                    merge != nil || plan.assigner.isOneSliceEach,
                    "a fold over windows that overlap needs to know how two values are put together",
                    "Give it merge:"
                )))
        return result
    }

    /// Gives each window of each key to a closure, with all its records in the order in which they came, which returns any
    /// number of results. Holds all records until the window fires: an aggregate needs far less.
    @inlinable
    public func process<Output: Sendable>(
        onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (_ key: Key, _ window: TimeWindow, _ records: [Record]) throws -> [Output]
    ) -> Stream<Output> where Record: StateValue {
        let windows = aggregate(Collect<Record>(), onError: onError)
        return windows.flatMap { try body($0.key, $0.window, $0.value) }.completing(windows)
    }
}

/// A fold as an aggregate.
@usableFromInline
struct FoldAggregate<Input: Sendable, Value: StateValue>: Aggregate {
    @usableFromInline let initial: Value
    @usableFromInline let body: @Sendable (inout Value, Input) throws -> Void
    @usableFromInline let merging: (@Sendable (Value, Value) -> Value)?

    @inlinable
    init(
        initial: Value, body: @escaping @Sendable (inout Value, Input) throws -> Void,
        merging: (@Sendable (Value, Value) -> Value)?
    ) {
        self.initial = initial
        self.body = body
        self.merging = merging
    }

    @inlinable
    func create() -> Value { initial }
    @inlinable
    func add(_ input: Input, to accumulator: inout Value) throws { try body(&accumulator, input) }
    @inlinable
    func merge(_ other: Value, into accumulator: inout Value) {
        // Declared without it only where nothing is merged.
        if let merging { accumulator = merging(accumulator, other) }
    }
    @inlinable
    func result(_ accumulator: Value) -> Value { accumulator }
}
