public import struct Foundation.TimeZone

/// Determines the windows that the records of each key belong to.
///
/// ```swift
/// flights.keyed(by: \.origin).window(.tumbling(of: .hours(1)), allowedLateness: .hours(1)).aggregate(DelayStatistics())
/// ```
///
/// Lengths, gaps and steps must be at least a millisecond; otherwise `run` throws a ``ConfigurationError``. Windows of
/// fixed length are aligned to 1970-01-01 00:00 UTC unless an offset shifts them.
public struct WindowAssigner: Sendable {
    @usableFromInline
    enum Division: Sendable {
        /// Windows that consist of slices of fixed times.
        case slices(SliceAssigner)
        case sessions(gap: Duration)
    }

    @usableFromInline let division: Division
    /// For the printed graph, and part of what the meaning of stored windows depends on.
    @usableFromInline let shape: String
    /// The trigger that belongs to the assigner, for count windows.
    @usableFromInline let trigger: WindowTrigger?
    @usableFromInline let problems: [GraphProblem]

    private init(
        _ division: Division, shape: String, trigger: WindowTrigger? = nil, _ problems: [GraphProblem] = []
    ) {
        self.division = division
        self.shape = shape
        self.trigger = trigger
        self.problems = problems
    }

    /// Windows of equal length without overlap.
    ///
    /// - Parameters:
    ///   - length: the length of a window.
    ///   - offset: how much later than multiples of `length` since 1970 the windows start. Default: zero.
    /// - Returns: the assigner.
    public static func tumbling(of length: Duration, offset: Duration = .zero) -> WindowAssigner {
        WindowAssigner(
            .slices(.tumbling(length, offset: offset)), shape: "\(length)", SliceAssigner.problems(length: length))
    }

    /// Windows of equal length that overlap: a window starts every `slide`.
    ///
    /// A record is stored once, however many windows contain it: time is divided into slices, whose length is the
    /// greatest common divisor of `length` and `slide`, and a window merges its slices when it fires. A late record
    /// makes every window that contains it, and is still kept, fire again.
    ///
    /// - Parameters:
    ///   - length: the length of a window.
    ///   - slide: the time from the start of a window to the start of the next; not longer than `length`.
    ///   - offset: how much later than multiples of `slide` since 1970 the windows start. Default: zero.
    /// - Returns: the assigner.
    public static func sliding(
        of length: Duration, every slide: Duration, offset: Duration = .zero
    ) -> WindowAssigner {
        WindowAssigner(
            .slices(.sliding(length, every: slide, offset: offset)), shape: "\(length) every \(slide)",
            SliceAssigner.problems(length: length, slide: slide))
    }

    /// Windows that grow in steps: time is divided into rounds of `length`; the windows of a round start with the
    /// round, and one of them ends after every `step`.
    ///
    /// ```swift
    /// sales.keyed(by: \.shop).window(.cumulative(upTo: .days(1), step: .hours(1)))
    ///     .fold(into: 0, merge: +) { $0 += $1.price }
    /// ```
    ///
    /// - Parameters:
    ///   - length: the length of a round and of its longest window; a multiple of `step`.
    ///   - step: by how much each window of a round is longer than the one before it.
    ///   - offset: how much later than multiples of `length` since 1970 the rounds start. Default: zero.
    /// - Returns: the assigner.
    public static func cumulative(
        upTo length: Duration, step: Duration, offset: Duration = .zero
    ) -> WindowAssigner {
        WindowAssigner(
            .slices(.cumulative(upTo: length, step: step, offset: offset)), shape: "up to \(length), step \(step)",
            SliceAssigner.problems(length: length, step: step))
    }

    /// Windows of one day in a time zone. A day has 23 or 25 hours where clocks are changed.
    ///
    /// - Parameter zone: the time zone.
    /// - Returns: the assigner.
    public static func days(in zone: TimeZone) -> WindowAssigner {
        WindowAssigner(.slices(.days(DayCalendar(zone))), shape: "days in \(zone.identifier)")
    }

    /// Sessions: windows of records of a key without a gap longer than `gap` between them.
    ///
    /// A session's window starts with its first record and ends `gap` after its last; a record exactly `gap` after the
    /// last one still belongs to the session. A record between two sessions merges them into one.
    ///
    /// The window fires when the watermark excludes further records of the session, with a delay of at most a
    /// thirty-second of the gap. Within the allowed lateness, a late record is added to an existing session, which
    /// fires again; without such a session the record counts as late. Sessions take no trigger.
    ///
    /// - Parameter gap: the longest time between two successive records of a session.
    /// - Returns: the assigner.
    public static func session(gap: Duration) -> WindowAssigner {
        WindowAssigner(
            .sessions(gap: gap), shape: "gap \(gap)",
            GraphProblem.unmet(
                (
                    gap >= .milliseconds(1), "a session's gap must be at least a millisecond, got \(gap)",
                    "Give it a longer one"
                )))
    }

    /// Windows of `count` records of a key each, in the order in which they are processed. At the end of the input, the
    /// remaining records of a key form a window too.
    ///
    /// Count windows are in event time and take no trigger, no allowed lateness and no side output for late records.
    ///
    /// - Parameter count: the number of records in a window; at least one.
    /// - Returns: the assigner.
    public static func count(_ count: Int) -> WindowAssigner {
        WindowAssigner(.slices(.global), shape: "all time", trigger: .every(records: count).discarding)
    }

    /// A single window for all time. It emits results as its trigger determines, and at the end of the input.
    ///
    /// ```swift
    /// clicks.keyed(by: \.user).window(.global).trigger(.every(records: 100)).aggregate(Count())
    /// ```
    ///
    /// It is in event time and takes no allowed lateness and no side output for late records.
    public static var global: WindowAssigner { WindowAssigner(.slices(.global), shape: "all time") }

    /// Returns the errors in this assigner together with these settings.
    func problems(
        _ time: TimeKind, _ allowedLateness: Duration, hasTrigger: Bool, hasLateOutput: Bool
    ) -> [GraphProblem] {
        let isGlobal = if case .slices(let slices) = division { slices.shape == .global } else { false }
        let isSession = if case .sessions = division { true } else { false }
        return problems + GraphProblem.lateness(allowedLateness)
            + GraphProblem.unmet(
                (
                    !isGlobal || time == .event, "a window over all time does not end by the clock",
                    "Leave out time:, or use .tumbling"
                ),
                (
                    !isGlobal || allowedLateness <= .zero && !hasLateOutput,
                    "a window over all time has no late records", "Leave out allowedLateness: and late:"
                ),
                (!isSession || !hasTrigger, "sessions take no trigger", "Leave out .trigger, or use .tumbling"),
                (
                    trigger == nil || !hasTrigger, "windows of so many records have a trigger of their own",
                    "Leave out .trigger, or use .global"
                ))
    }
}
