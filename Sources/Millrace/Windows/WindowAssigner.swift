public import struct Foundation.TimeZone

/// How the records of each key are divided into windows.
///
/// ```swift
/// flights.keyed(by: \.origin).window(.tumbling(of: .hours(1)), allowedLateness: .hours(1)).aggregate(DelayStatistics())
/// ```
///
/// Lengths, gaps and steps are at least a millisecond. A run with others is refused.
public struct WindowAssigner: Sendable {
    @usableFromInline
    enum Division: Sendable {
        /// Made of slices of fixed times.
        case slices(SliceAssigner)
        case sessions(gap: Duration)
    }

    @usableFromInline let division: Division
    /// For the graph's printout, and what decides what stored windows mean.
    @usableFromInline let shape: String
    /// The trigger that belongs to it, where it cannot be without one.
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

    /// Windows of one length, side by side.
    ///
    /// - Parameters:
    ///   - length: the length of a window.
    ///   - offset: shifts the windows' starts from whole multiples of the length since 1970. Default: zero.
    public static func tumbling(of length: Duration, offset: Duration = .zero) -> WindowAssigner {
        WindowAssigner(
            .slices(.tumbling(length, offset: offset)), shape: "\(length)", SliceAssigner.problems(length: length))
    }

    /// Windows that overlap: one of `length` begins every `slide`.
    ///
    /// A record is added to one slice, however many windows hold it; a window merges its slices when it fires. A late record
    /// fires again every window that it belongs to.
    ///
    /// - Parameters:
    ///   - length: the length of a window.
    ///   - slide: at most `length`; the greatest common divisor of both is the slices' length.
    ///   - offset: by how much windows begin after multiples of the length (or step) since 1970, UTC. Default: zero.
    public static func sliding(
        of length: Duration, every slide: Duration, offset: Duration = .zero
    ) -> WindowAssigner {
        WindowAssigner(
            .slices(.sliding(length, every: slide, offset: offset)), shape: "\(length) every \(slide)",
            SliceAssigner.problems(length: length, slide: slide))
    }

    /// Windows that grow: of each round of `length`, one ends after every `step`, and all begin with the round.
    ///
    /// ```swift
    /// sales.keyed(by: \.shop).window(.cumulative(upTo: .days(1), step: .hours(1)))
    ///     .fold(into: 0, merge: +) { $0 += $1.price }
    /// ```
    ///
    /// - Parameters:
    ///   - length: a multiple of `step`.
    ///   - step: the time from the start of a window to that of the next.
    ///   - offset: by how much windows begin after multiples of the length (or step) since 1970, UTC. Default: zero.
    public static func cumulative(
        upTo length: Duration, step: Duration, offset: Duration = .zero
    ) -> WindowAssigner {
        WindowAssigner(
            .slices(.cumulative(upTo: length, step: step, offset: offset)), shape: "up to \(length), step \(step)",
            SliceAssigner.problems(length: length, step: step))
    }

    /// The days of a time zone: of 23 hours, or 25, where clocks are changed.
    public static func days(in zone: TimeZone) -> WindowAssigner {
        WindowAssigner(.slices(.days(DayCalendar(zone))), shape: "days in \(zone.identifier)")
    }

    /// Sessions: runs of records with no longer gap between two of them than `gap`.
    ///
    /// The window of a session begins with its first record and ends `gap` after its last; a record exactly `gap` later
    /// still joins. It fires when the watermark says that no such record can come, at most a thirty-second of the gap
    /// later. A record between two sessions makes them one. Within the allowed lateness a late record still joins, and the
    /// session fires again; one that finds no session then is late. Sessions take no trigger.
    public static func session(gap: Duration) -> WindowAssigner {
        WindowAssigner(
            .sessions(gap: gap), shape: "gap \(gap)",
            GraphProblem.unmet(
                (
                    gap >= .milliseconds(1), "a session's gap must be at least a millisecond, got \(gap)",
                    "Give it a longer one"
                )))
    }

    /// Every `count` records of a key, in the order in which they come; what is left at the end of the input is a window too.
    public static func count(_ count: Int) -> WindowAssigner {
        WindowAssigner(.slices(.global), shape: "all time", trigger: .every(records: count).discarding)
    }

    /// One window for all time, which gives results as its trigger says, and at the end of the input.
    ///
    /// ```swift
    /// clicks.keyed(by: \.user).window(.global).trigger(.every(records: 100)).aggregate(Count())
    /// ```
    public static var global: WindowAssigner { WindowAssigner(.slices(.global), shape: "all time") }

    /// What is wrong with it under these settings.
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
