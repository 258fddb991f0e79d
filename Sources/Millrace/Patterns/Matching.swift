extension KeyedStream where Record: StateValue {
    /// Finds matches of a pattern in the records of each key.
    ///
    /// ```swift
    /// logins.keyed(by: \.user)
    ///     .matching(
    ///         Pattern("fraud")
    ///             .first("failed", where: { !$0.succeeded }, times: 3...)
    ///             .then("success", where: { $0.succeeded }, within: .minutes(5)),
    ///         late: late)
    ///     .map { "\($0.key): \($0["failed"].count) failures, then a success at \($0.end)" }
    /// ```
    ///
    /// ``Pattern`` describes what matches. Records are kept until the watermark reaches their time, and then processed
    /// in the order of their times. A record at or before the watermark is late: it is counted in
    /// ``PipelineStatus/late`` and sent to `late`. A match has the time of its last record.
    ///
    /// A partial match whose time limit has passed is sent to `timedOut`, with the records it has. A partial match that
    /// cannot continue for another reason is discarded. At the end of the input, all partial matches with a time limit
    /// time out.
    ///
    /// State per key: the records after the watermark, and the records of partial matches. `limit` bounds the number of
    /// partial matches, but not the number of records in each: give a pattern a time limit if one of its steps has no
    /// upper bound of `times`.
    ///
    /// Restart: state is restored from the checkpoint, and a transactional sink contains each match exactly once. A
    /// start with a pattern whose name, steps, `times` or time limits differ from those of the stored state is rejected
    /// with an error. If only conditions differ, partial matches continue with the new ones.
    ///
    /// - Parameters:
    ///   - pattern: the sequence of records to find.
    ///   - after: what happens to other partial matches of the key after a match. Default: they are discarded.
    ///   - limit: the maximum number of partial matches per key, and what happens beyond it. Default: the oldest of
    ///     more than 1,000 is dropped.
    ///   - late: the side output for late records. Default: they are only counted.
    ///   - timedOut: the side output for partial matches whose time limit has passed. Default: they are discarded.
    /// - Returns: a stream of the matches.
    @inlinable
    public func matching(
        _ pattern: Pattern<Record>, after: AfterMatch = .skipPastLast,
        limit: PartialMatchLimit = .dropOldest(beyond: 1000), late: SideOutput<Record>? = nil,
        timedOut: SideOutput<PatternMatch<Key, Record>>? = nil
    ) -> Stream<PatternMatch<Key, Record>> {
        let machine = PatternMachine(pattern, after, limit)
        let matches: Stream<PatternMatch<Key, Record>> = process(kind: "pattern", detail: pattern.detail) { states in
            let matcher = PatternMatcher(
                machine, states, late: states.push(to: late), timedOut: states.push(to: timedOut))
            return ProcessFunction(onRecord: matcher.note, onTimer: matcher.wake)
        }
        matches.node.producer.refuse(pattern.problems(limit))
        matches.node.producer.addMeaning("the pattern \(pattern.meaning)")
        late?.link(from: matches.node.producer)
        timedOut?.link(from: matches.node.producer)
        return matches
    }
}

/// Matching in one task.
@usableFromInline
struct PatternMatcher<Key: StreamKey, Record: StateValue> {
    @usableFromInline typealias Match = PatternMatch<Key, Record>
    @usableFromInline typealias Machine = PatternMachine<Record>

    @usableFromInline let machine: Machine
    @usableFromInline let state: ValueState<Key, PatternState<Record>>
    @usableFromInline let late: Push<Record>?
    @usableFromInline let timedOut: Push<Match>?

    @inlinable
    init(_ machine: Machine, _ states: ProcessStates<Key>, late: Push<Record>?, timedOut: Push<Match>?) {
        self.machine = machine
        state = states.value("matches", of: PatternState<Record>.self)
        self.late = late
        self.timedOut = timedOut
    }

    /// Keeps a record until the watermark reaches its time.
    @inlinable
    func note(_ record: Record, _ context: ProcessContext<Key, Match>) throws {
        guard context.time > context.watermark else {
            context.context.counters.late += 1
            try hand(record, to: late, context.time)
            return
        }
        let time = context.time.milliseconds
        var (replaced, isEarlier) = (Int64?.none, false)
        try state.update(or: PatternState()) { state in
            state.insert(record, time)
            replaced = state.wakeTime
            isEarlier = replaced.map { time < $0 } ?? true
            if isEarlier { state.wakeTime = time }
        }
        guard isEarlier else { return }
        if let replaced { try context.deleteTimer(.event(Timestamp(milliseconds: replaced))) }
        try context.setTimer(.event(context.time))
    }

    /// Processes the records that the watermark has reached, and sets a timer for the next ones.
    @inlinable
    func wake(_ timer: Timer, _ context: ProcessContext<Key, Match>) throws {
        let watermark = max(context.watermark, timer.time).milliseconds
        var outcome = Machine.Outcome()
        var next: Int64?
        var isEmpty = false
        try state.update(or: PatternState()) { state in
            try machine.advance(&state, to: watermark, into: &outcome)
            next = machine.nextTime(state)
            state.wakeTime = next
            isEmpty = state.isEmpty
        }
        if isEmpty { try state.clear() }
        if let next { try context.setTimer(.event(Timestamp(milliseconds: next))) }
        context.context.counters.skipped += UInt64(outcome.dropped)
        for found in outcome.timedOut {
            try hand(match(found, context.key), to: timedOut, Timestamp(milliseconds: found.time))
        }
        for found in outcome.matches {
            context.storedTime = Timestamp(milliseconds: found.time)
            try context.emit(match(found, context.key))
        }
    }

    @inlinable
    func match(_ found: Machine.Outcome.Found, _ key: Key) -> Match {
        Match(
            pattern: machine.pattern.name, key: key,
            steps: zip(machine.steps, found.partial).map { Match.Step(name: $0.name, records: $1) },
            start: Timestamp(milliseconds: found.start), end: Timestamp(milliseconds: found.end))
    }

    @inlinable
    func hand<Side: Sendable>(_ record: Side, to side: Push<Side>?, _ time: Timestamp) throws {
        do { try side?(record, time) } catch { throw DownstreamFailure(cause: error) }
    }
}

extension ProcessStates {
    /// Returns what a process function calls to send records to a side output; `nil` while the graph is being declared.
    @inlinable
    func push<Record: Sendable>(to side: SideOutput<Record>?) -> Push<Record>? {
        guard case .task(let context, _) = place else { return nil }
        return side?.push(in: context)
    }
}
