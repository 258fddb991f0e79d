/// A keyed stream whose records are divided into windows.
///
/// Created with ``KeyedStream/window(_:time:allowedLateness:late:)``. Call `aggregate`, `fold` or `process` to compute
/// a result for each key and window.
///
/// ```swift
/// let hourly = orders.keyed(by: \.country).window(.tumbling(of: .hours(1)))   // WindowedStream<String, Order>
/// hourly.aggregate(Sum(of: \.total)).sink(.jsonLines(directory: "out/turnover"))
/// hourly.fold(into: 0) { count, _ in count += 1 }.sink(.print())
/// ```
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

    /// Sets when windows emit results before their end, and what a result includes.
    ///
    /// Session and count windows take no trigger: with one, `run` throws a ``ConfigurationError``.
    ///
    /// ```swift
    /// orders.keyed(by: \.country)
    ///     .window(.tumbling(of: .hours(1)))
    ///     .trigger(.early(every: .seconds(10)))                                   // the sum so far, every 10 s
    ///     .aggregate(Sum(of: \.total))
    /// ```
    ///
    /// - Parameter trigger: the trigger. Default without this method: ``WindowTrigger/atWatermark``.
    /// - Returns: the windowed stream with this trigger.
    public func trigger(_ trigger: WindowTrigger) -> WindowedStream {
        var copy = self
        copy.trigger = trigger
        return copy
    }

    /// Returns the plan of windows that consist of slices.
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
    /// Divides the records of each key into windows.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin)
    ///     .window(.tumbling(of: .hours(1)), allowedLateness: .hours(1), late: late)
    ///     .aggregate(DelayStatistics())
    /// ```
    ///
    /// An event-time window fires when the watermark reaches its last instant. Within the allowed lateness, each late
    /// record makes it fire again with the updated result. Later records are counted in ``PipelineStatus/late`` and
    /// sent to `late`. A processing-time window fires when its time has passed on the clock. At the end of the input,
    /// all windows fire.
    ///
    /// - Parameters:
    ///   - assigner: determines the windows that a record belongs to.
    ///   - time: which time of a record counts: its event time or the time at which it is processed. Default: event
    ///     time.
    ///   - allowedLateness: how long an event-time window is kept after its end, for late records. Default: zero.
    ///   - late: the side output for records that arrive after that. Default: they are only counted.
    /// - Returns: the windowed stream.
    @inlinable
    public func window(
        _ assigner: WindowAssigner, time: TimeKind = .event, allowedLateness: Duration = .zero,
        late: SideOutput<Record>? = nil
    ) -> WindowedStream<Key, Record> {
        WindowedStream(keyed: self, assigner: assigner, time: time, allowedLateness: allowedLateness, late: late)
    }
}

extension WindowedStream {
    /// Aggregates the records of each key and window.
    ///
    /// A result has the window's last instant as its time; a window over all time has no end, so its results have the
    /// time of the key's last record.
    ///
    /// ```swift
    /// flights.keyed(by: \.carrier)
    ///     .window(.tumbling(of: .days(1)))
    ///     .aggregate(Count())                                                     // Stream<WindowResult<String, Int>>
    /// ```
    ///
    /// Restart: each record is in the results exactly once, and a transactional sink contains each result exactly once.
    /// In processing time, records after the checkpoint are assigned to windows by the time at which they are read
    /// again.
    ///
    /// - Parameters:
    ///   - aggregate: the aggregate to compute.
    ///   - onError: what happens to a record for which the aggregate's `add` throws. Default: the operator fails.
    /// - Returns: a stream of results, each with its key and window.
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

    /// Folds the records of each key and window into a value.
    ///
    /// ```swift
    /// .window(.tumbling(of: .seconds(10))).fold(into: 0) { sum, record in sum += record.amount }
    /// .window(.sliding(of: .seconds(60), every: .seconds(5))).fold(into: 0, merge: +) { count, _ in count += 1 }
    /// ```
    ///
    /// - Parameters:
    ///   - initial: the value before the first record.
    ///   - merge: returns the combination of two values. Required for windows that overlap and for sessions; without
    ///     it, `run` throws a ``ConfigurationError``.
    ///   - onError: what happens to a record for which `body` throws; changes that `body` made before it threw remain.
    ///     Default: the operator fails.
    ///   - body: adds a record to the value.
    /// - Returns: a stream of results, each with its key and window.
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
                    "a fold over windows that overlap, or over sessions, needs a function that combines two values",
                    "Give it merge:"
                )))
        return result
    }

    /// Passes all records of each key and window to a closure when the window fires.
    ///
    /// All records are kept in state until the window is removed; `aggregate` and `fold` need far less state.
    ///
    /// ```swift
    /// readings.keyed(by: \.sensor).window(.tumbling(of: .minutes(1))).process { sensor, window, readings in
    ///     let values = readings.map(\.value).sorted()
    ///     return [Keyed(key: sensor, value: values[values.count / 2])]            // the median
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - onError: what happens to a record that cannot be added to its window. Default: the operator fails.
    ///   - body: returns any number of results for a key, a window and its records in the order of their arrival.
    /// - Returns: a stream of the results, each with the window's last instant as its time.
    @inlinable
    public func process<Output: Sendable>(
        onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (_ key: Key, _ window: TimeWindow, _ records: [Record]) throws -> [Output]
    ) -> Stream<Output> where Record: StateValue {
        let windows = aggregate(Collect<Record>(), onError: onError)
        return windows.flatMap { try body($0.key, $0.window, $0.value) }.completing(windows)
    }
}
