/// How often, and after which pauses, something that failed is tried again in place.
///
/// The pause doubles from `initial` up to `maximum`, less a random share of it up to `jitter`, so that many tasks do not
/// come back at the same moment.
///
/// A checkpoint waits for these attempts (see `Acknowledgement.lastSuccessful` for the exception), so pauses of minutes
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
        precondition(attempts >= 1, "a retry policy needs one attempt at least, got \(attempts)")
        precondition((0...1).contains(jitter), "a jitter is from 0 to 1, got \(jitter)")
        self.attempts = attempts
        self.initial = initial
        self.maximum = maximum
        self.jitter = jitter
        self.isolates = isolates
    }

    /// One attempt.
    public static let none = RetryPolicy(attempts: 1)

    /// The pause after attempt `attempt` (from 1) has failed; `random` is from 0 to 1.
    public func pause(after attempt: Int, random: Double) -> Duration {
        var pause = min(initial, maximum)
        for _ in 1..<max(attempt, 1) where pause < maximum { pause = min(pause * 2, maximum) }
        return pause * (1 - jitter * random)
    }
}
