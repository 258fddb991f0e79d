/// How often, and after which pauses, something that failed is tried again in place.
///
/// The pause doubles from `initial` up to `maximum`, less a random share of it up to `jitter`, so that many tasks do not
/// come back at the same moment.
///
/// A checkpoint waits for these attempts (see `Acknowledgement.upToFirstFailure` for the exception), so pauses of minutes
/// belong into a retry topic (`RetryRoute`).
public struct RetryPolicy: Sendable, Hashable {
    /// How often it is tried, the first time included.
    public var attempts: Int
    /// The first pause.
    public var initial: Duration
    /// The longest pause.
    public var maximum: Duration
    /// From 0 to 1.
    public var jitter: Double
    /// A batch that failed as a whole for the last time is halved, and each half tried once, down to single records:
    /// only those that fail alone are given up. (Not under `allOrNothing`, and not where giving up ends the run.)
    public var isolates: Bool

    /// Ten attempts within about half a minute: a database that restarts is back by then.
    public init(
        attempts: Int = 10, initial: Duration = .milliseconds(100), maximum: Duration = .seconds(10),
        jitter: Double = 0.2, isolates: Bool = true
    ) {
        self.attempts = attempts
        self.initial = initial
        self.maximum = maximum
        self.jitter = jitter
        self.isolates = isolates
    }

    var problems: [GraphProblem] {
        GraphProblem.unmet(
            (attempts >= 1, "a retry policy of \(attempts) attempts", "Give attempts one at least: RetryPolicy.none"),
            ((0...1).contains(jitter), "a jitter of \(jitter)", "Give jitter a number from 0 to 1"),
            (
                initial >= .zero && maximum >= .zero, "pauses from \(initial) to \(maximum)",
                "Give initial and maximum zero or more"
            ))
    }

    /// One attempt.
    public static let none = RetryPolicy(attempts: 1)

    /// The pause after attempt `attempt` (from 1) has failed; `random` is from 0 to 1.
    public func pause(after attempt: Int, random: Double) -> Duration {
        var pause = min(initial, maximum)
        for _ in 1..<max(min(attempt, 64), 1) where pause < maximum {
            pause = pause > maximum / 2 ? maximum : pause * 2
        }
        return pause * (1 - jitter * random)
    }
}
