/// Records of one key and one session after another, waiting for an aggregate.
public struct SessionStream<Key: StreamKey, Record: Sendable> {
    @usableFromInline let keyed: KeyedStream<Key, Record>
    @usableFromInline let gap: Duration
    @usableFromInline let kind: TimeKind
    @usableFromInline let allowedLateness: Duration
    @usableFromInline let late: SideOutput<Record>?

    @usableFromInline
    init(
        keyed: KeyedStream<Key, Record>, gap: Duration, kind: TimeKind, allowedLateness: Duration,
        late: SideOutput<Record>?
    ) {
        self.keyed = keyed
        self.gap = gap
        self.kind = kind
        self.allowedLateness = kind == .event ? allowedLateness : .zero
        self.late = late
    }

    @usableFromInline var problems: [GraphProblem] {
        GraphProblem.lateness(allowedLateness)
            + GraphProblem.unmet(
                (
                    gap >= .milliseconds(1), "a session's gap must be at least a millisecond, got \(gap)",
                    "Give it a longer one"
                ))
    }

    @usableFromInline var detail: String {
        "gap \(gap), \(kind) time" + (allowedLateness > .zero ? ", lateness \(allowedLateness)" : "")
    }
}

extension KeyedStream {
    /// Divides each key's records into sessions: runs of records with no longer gap between two of them than `gap`.
    ///
    /// ```swift
    /// clicks.keyed(by: \.user).sessionWindow(gap: .minutes(30)).aggregate(Count())
    /// ```
    ///
    /// The window of a session begins with its first record and ends `gap` after its last; a record exactly `gap` later
    /// still joins. It fires when the watermark says that no such record can come, at most a thirty-second of the gap
    /// later. A record between two sessions makes them one. Within the allowed lateness a late record still joins, and the
    /// session fires again; one that finds no session then goes to `late` and is counted. At the end of the input every
    /// session fires.
    @inlinable
    public func sessionWindow(
        gap: Duration, in kind: TimeKind = .event, allowedLateness: Duration = .zero, late: SideOutput<Record>? = nil
    ) -> SessionStream<Key, Record> {
        SessionStream(keyed: self, gap: gap, kind: kind, allowedLateness: allowedLateness, late: late)
    }
}

extension SessionStream {
    /// Sums up each session of each key; the result has the window's last instant as its time.
    ///
    /// Restart: sessions fire as if there had been none; each firing is in a transactional sink exactly once.
    @inlinable
    public func aggregate<A: Aggregate>(
        _ aggregate: A, onError: ErrorPolicy<Record> = .fail
    ) -> Stream<WindowResult<Key, A.Output>> where A.Input == Record {
        let (late, kind) = (late, kind)
        let (gap, lateness) = (gap.wholeMilliseconds, allowedLateness.wholeMilliseconds)
        let keyOf = keyed.node.key
        let result: Stream<WindowResult<Key, A.Output>> = keyed.attach("session", detail: detail) {
            context, node, next in
            let sessions = SessionParticipant(
                aggregate, gap: gap, lateness: lateness, kind, context: context, node: node, next: next,
                late: late?.push(in: context), failures: FailureHandler(onError, of: node, in: context))
            context.register(sessions, of: node)
            return BatchHandler { batch in try sessions.work(on: batch, keyOf) }
        }
        let node = result.node.producer
        node.addMeaning("sessions with \(detail)")
        node.addMeaning(aggregate.parameters)
        node.refuse(problems)
        node.refuse(aggregate.problems)
        node.addState("sessions", key: Key.self, value: Session<A.Accumulator>.self)
        node.addState("further sessions", key: Key.self, value: [Session<A.Accumulator>].self)
        late?.link(from: node)
        if case .deadLetter(let side) = onError { side.link(from: node) }
        return result
    }

    /// Folds the records of each session of each key into a value; `merge` puts two together when a record joins two
    /// sessions.
    @inlinable
    public func fold<Value: StateValue>(
        into initial: Value, merge: @escaping @Sendable (Value, Value) -> Value, onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (inout Value, Record) throws -> Void
    ) -> Stream<WindowResult<Key, Value>> {
        aggregate(FoldAggregate(initial: initial, body: body, merging: merge), onError: onError)
    }

    /// Gives each session of each key to a closure, with all its records, which returns any number of results.
    @inlinable
    public func process<Output: Sendable>(
        onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (_ key: Key, _ window: TimeWindow, _ records: [Record]) throws -> [Output]
    ) -> Stream<Output> where Record: StateValue {
        let windows = aggregate(Collect<Record>(), onError: onError)
        return windows.flatMap { try body($0.key, $0.window, $0.value) }.completing(windows)
    }
}
