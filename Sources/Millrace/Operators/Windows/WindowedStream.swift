/// Records of one key and one window after another, waiting for an aggregate.
public struct WindowedStream<Key: StreamKey, Record: Sendable> {
    @usableFromInline let keyed: KeyedStream<Key, Record>
    @usableFromInline let assigner: WindowAssigner
    @usableFromInline let time: TimeKind
    @usableFromInline let allowedLateness: Duration
    @usableFromInline var trigger: WindowTrigger?
    @usableFromInline let late: SideOutput<Record>?

    @usableFromInline
    init(
        keyed: KeyedStream<Key, Record>, assigner: WindowAssigner, time: TimeKind, allowedLateness: Duration,
        late: SideOutput<Record>?
    ) {
        self.keyed = keyed
        self.assigner = assigner
        self.time = time
        self.allowedLateness = allowedLateness
        self.late = late
    }

    /// Says when windows give results besides the one at their end.
    public func trigger(_ trigger: WindowTrigger) -> WindowedStream {
        var copy = self
        copy.trigger = trigger
        return copy
    }

    /// Of windows that are made of slices.
    @usableFromInline
    func plan(_ slices: SliceAssigner) -> WindowPlan {
        var plan = WindowPlan(slices, time, allowedLateness: allowedLateness, problems)
        plan.trigger = trigger ?? assigner.trigger ?? .atWatermark
        return plan
    }

    @usableFromInline var problems: [GraphProblem] {
        assigner.problems(time, allowedLateness, hasTrigger: trigger != nil, hasLateOutput: late != nil)
    }
}

extension KeyedStream {
    /// Divides each key's records into windows.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin)
    ///     .window(.tumbling(of: .hours(1)), allowedLateness: .hours(1), late: late)
    ///     .aggregate(DelayStatistics())
    /// ```
    ///
    /// A window in event time fires when the watermark reaches its last instant. A record that comes later, within the
    /// allowed lateness, fires it again with the new result; one later than that goes to `late` and is counted. A window in
    /// processing time fires when its time is over. At the end of the input every window fires.
    ///
    /// - Parameters:
    ///   - assigner: which windows a record belongs to.
    ///   - time: which time of a record counts, when it happened or when it is worked on. Default: event time.
    ///   - allowedLateness: how long after its end a window in event time is kept. Default: zero.
    ///   - late: where records go that are later than that. Default: they are only counted.
    @inlinable
    public func window(
        _ assigner: WindowAssigner, time: TimeKind = .event, allowedLateness: Duration = .zero,
        late: SideOutput<Record>? = nil
    ) -> WindowedStream<Key, Record> {
        WindowedStream(keyed: self, assigner: assigner, time: time, allowedLateness: allowedLateness, late: late)
    }
}

extension WindowedStream {
    /// Sums up each window of each key; the result has the window's last instant as its time.
    ///
    /// Restart guarantee: exactly-once; each firing is in a transactional sink once.
    ///
    /// - Parameters:
    ///   - aggregate: how records are aggregated.
    ///   - onError: what becomes of a record for which the aggregate throws. Default: the run fails.
    @inlinable
    public func aggregate<A: Aggregate>(
        _ aggregate: A, onError: ErrorPolicy<Record> = .fail
    ) -> Stream<WindowResult<Key, A.Output>> where A.Input == Record {
        let result: Stream<WindowResult<Key, A.Output>> =
            switch assigner.division {
            case .slices(let slices): aggregateSlices(slices, aggregate, onError)
            case .sessions(let gap): aggregateSessions(gap, aggregate, onError)
            }
        let node = result.node.producer
        node.addMeaning(aggregate.parameters)
        node.refuse(aggregate.problems)
        late?.link(from: node)
        onError.link(from: node)
        return result
    }

    /// Folds the records of each window of each key into a value.
    ///
    /// ```swift
    /// .window(.tumbling(of: .seconds(10))).fold(into: 0) { sum, record in sum += record.amount }
    /// .window(.sliding(of: .seconds(60), every: .seconds(5))).fold(into: 0, merge: +) { count, _ in count += 1 }
    /// ```
    ///
    /// - Parameters:
    ///   - initial: the value before the first record.
    ///   - merge: puts two values together. Windows that overlap need it, and sessions, when a record joins two of
    ///     them.
    ///   - onError: what becomes of a record for which `body` throws; what it changed before that stays. Default: the
    ///     run fails.
    ///   - body: adds a record to the value.
    @inlinable
    public func fold<Value: StateValue>(
        into initial: Value, merge: (@Sendable (Value, Value) -> Value)? = nil, onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (inout Value, Record) throws -> Void
    ) -> Stream<WindowResult<Key, Value>> {
        let result = aggregate(FoldAggregate(initial: initial, body: body, merging: merge), onError: onError)
        let isMerged =
            switch assigner.division {
            case .slices(let slices): !slices.isOneSliceEach
            case .sessions: true
            }
        result.node.producer.refuse(
            GraphProblem.unmet(
                (
                    merge != nil || !isMerged,
                    "a fold over windows that overlap, or over sessions, needs to know how two values are put together",
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
