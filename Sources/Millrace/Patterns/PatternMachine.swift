/// The rules of a pattern: how a record changes the partial matches of a key. See `Pattern`.
@usableFromInline
struct PatternMachine<Record: StateValue>: Sendable {
    /// The results of some records.
    @usableFromInline
    struct Outcome {
        /// A match, or a partial match that has timed out, with the time at which it did.
        @usableFromInline
        struct Found {
            @usableFromInline let partial: [[Record]]
            @usableFromInline let start: Int64
            @usableFromInline let end: Int64
            @usableFromInline let time: Int64

            @inlinable
            init(partial: [[Record]], start: Int64, end: Int64, time: Int64) {
                self.partial = partial
                self.start = start
                self.end = end
                self.time = time
            }
        }

        @usableFromInline var matches: [Found] = []
        @usableFromInline var timedOut: [Found] = []
        @usableFromInline var dropped = 0

        @inlinable
        init() {}
    }

    @usableFromInline
    enum Answer {
        case takes
        case isComplete
        case passes
        case isOver
    }

    @usableFromInline let pattern: Pattern<Record>
    @usableFromInline let after: AfterMatch
    @usableFromInline let limit: PartialMatchLimit
    @usableFromInline var steps: [PatternStep<Record>] { pattern.steps }

    @usableFromInline
    init(_ pattern: Pattern<Record>, _ after: AfterMatch, _ limit: PartialMatchLimit) {
        self.pattern = pattern
        self.after = after
        self.limit = limit
    }

    /// Offers all records up to `watermark` to the partial matches, and removes those that have timed out by then.
    @inlinable
    func advance(_ state: inout PatternState<Record>, to watermark: Int64, into outcome: inout Outcome) throws {
        try check(state)
        var count = 0
        while count < state.pending.count, state.pending[count].time <= watermark {
            try offer(state.pending[count], to: &state, &outcome)
            count += 1
        }
        state.pending.removeFirst(count)
        expire(&state, &outcome) { deadline in deadline <= watermark ? deadline : nil }
        state.sweep()
    }

    /// Returns the next time at which a key has something to do: that of a record or a time limit.
    @inlinable
    func nextTime(_ state: PatternState<Record>) -> Int64? {
        let deadlines = state.partials.compactMap { deadline(of: $0, state.lastNumber) }
        return (deadlines + (state.pending.first.map { [$0.time] } ?? [])).min()
    }

    /// Checks that stored partial matches do not have more steps than the pattern; another version of the program may
    /// have stored them.
    @usableFromInline
    func check(_ state: PatternState<Record>) throws {
        for partial in state.partials where partial.counts.isEmpty || partial.counts.count > steps.count {
            throw StateDecodingError(
                expected: "partial matches of at most \(steps.count) steps, as pattern '\(pattern.name)' has",
                found: "one of \(partial.counts.count)")
        }
    }

    @inlinable
    func offer(
        _ pending: PatternState<Record>.Event, to state: inout PatternState<Record>, _ outcome: inout Outcome
    ) throws {
        var event = pending
        expire(&state, &outcome) { deadline in deadline < event.time ? deadline : nil }
        state.lastNumber &+= 1
        event.number = state.lastNumber
        state.taken.append(event)
        var isTaken = false
        var hasMatched = false
        var rest: [PartialMatch] = []
        rest.reserveCapacity(state.partials.count + 1)
        for var partial in state.partials {
            switch offer(event, to: &partial) {
            case .takes:
                isTaken = true
                rest.append(partial)
            case .passes: rest.append(partial)
            case .isOver: break
            case .isComplete:
                hasMatched = true
                outcome.matches.append(found(partial, state, at: event.time))
            }
            if hasMatched, after == .skipPastLast { break }
        }
        if hasMatched, after == .skipPastLast {
            rest = []
            isTaken = false
        } else if steps[0].condition(event.record) {
            let partial = PartialMatch(number: event.number, time: event.time)
            if steps.count == 1, steps[0].least == 1 {
                outcome.matches.append(found(partial, state, at: event.time))
            } else {
                rest.append(partial)
                isTaken = true
            }
        }
        if rest.count > limit.count {
            if case .fail(let limit) = limit { throw TooManyPartialMatches(pattern: pattern.name, limit: limit) }
            outcome.dropped += rest.count - limit.count
            rest.removeFirst(rest.count - limit.count)
        }
        state.partials = rest
        if !isTaken { state.taken.removeLast() }
        // For limits that apply only since the record was offered, because a record might have been taken directly
        // before.
        expire(&state, &outcome) { deadline in deadline < event.time ? event.time : nil }
    }

    @inlinable
    func offer(_ event: PatternState<Record>.Event, to partial: inout PartialMatch) -> Answer {
        let (index, count) = (partial.step, partial.countInStep)
        let step = steps[index]
        let isDirect = partial.isDirectlyBefore(event.number)
        let next = count >= step.least && index + 1 < steps.count ? steps[index + 1] : nil
        if let next, !partial.isBlocked, isDirect || !next.isStrict,
            event.time <= Self.sum(partial.lastTime, next.limit), next.condition(event.record)
        {
            partial.counts.append(1)
            partial.take(event.number, event.time)
            return isComplete(partial) ? .isComplete : .takes
        }
        if count < step.most, isDirect || !step.isStrict, step.condition(event.record) {
            partial.counts[index] += 1
            partial.take(event.number, event.time)
            return isComplete(partial) ? .isComplete : .takes
        }
        if let next, next.forbidden.contains(where: { $0(event.record) }) { partial.isBlocked = true }
        let mayTake = count < step.most && !step.isStrict
        let mayGoOn = next.map { !$0.isStrict && !partial.isBlocked } ?? false
        return mayTake || mayGoOn ? .passes : .isOver
    }

    @inlinable
    func isComplete(_ partial: PartialMatch) -> Bool {
        partial.counts.count == steps.count && partial.countInStep >= steps[steps.count - 1].least
    }

    /// Returns the last time at which a partial match may take a record; `nil` if there is no limit.
    @inlinable
    func deadline(of partial: PartialMatch, _ lastNumber: Int) -> Int64? {
        let (index, count) = (partial.step, partial.countInStep)
        let whole = pattern.limit.map { Self.sum(partial.firstTime, $0) }
        let step = steps[index]
        let mayTake = count < step.most && (!step.isStrict || partial.isDirectlyBefore(lastNumber &+ 1))
        guard !mayTake, index + 1 < steps.count, let limit = steps[index + 1].limit else { return whole }
        return min(whole ?? .max, Self.sum(partial.lastTime, limit))
    }

    /// Removes partial matches that have timed out. `time` is called with the deadline of each, and returns the time at
    /// which it timed out, or `nil`.
    @inlinable
    func expire(
        _ state: inout PatternState<Record>, _ outcome: inout Outcome, _ time: (Int64) -> Int64?
    ) {
        let lastNumber = state.lastNumber
        func timeOut(_ partial: PartialMatch) -> Int64? {
            deadline(of: partial, lastNumber).flatMap(time)
        }
        guard state.partials.contains(where: { timeOut($0) != nil }) else { return }
        for partial in state.partials {
            if let time = timeOut(partial) { outcome.timedOut.append(found(partial, state, at: time)) }
        }
        state.partials.removeAll { timeOut($0) != nil }
    }

    @inlinable
    func found(_ partial: PartialMatch, _ state: PatternState<Record>, at time: Int64) -> Outcome.Found {
        var numbers = partial.numbers[...]
        let records = partial.counts.map { count in
            defer { numbers = numbers.dropFirst(count) }
            return numbers.prefix(count).compactMap { state.event($0)?.record }
        }
        return Outcome.Found(partial: records, start: partial.firstTime, end: partial.lastTime, time: time)
    }

    /// Returns the time at which a limit after `time` passes; the latest time there is without a limit.
    @inlinable
    static func sum(_ time: Int64, _ limit: Int64?) -> Int64 {
        guard let limit else { return .max }
        let (sum, overflow) = time.addingReportingOverflow(limit)
        return overflow ? .max : sum
    }
}
