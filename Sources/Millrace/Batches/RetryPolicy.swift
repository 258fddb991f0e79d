/// The number of attempts in place, and the pauses between them.
///
/// The pause doubles from `initial` up to `maximum`. It is shortened by a random fraction of up to `jitter`, so that
/// many tasks do not retry at the same moment.
///
/// A checkpoint waits for these attempts (``Acknowledgement/upToFirstFailure`` describes an exception). Pauses of
/// minutes therefore belong in a retry topic (``RetryRoute``).
///
/// ```swift
/// let retry = RetryPolicy(attempts: 5, initial: .milliseconds(200))           // up to 0.2, 0.4, 0.8 and 1.6 s between
/// orders.batches(of: 100, options: .init(retry: retry)) { ... }
/// ```
public struct RetryPolicy: Sendable, Hashable {
    /// The greatest number of attempts, including the first. Default: 10.
    public var attempts: Int
    /// The first pause. Default: 100 ms.
    public var initial: Duration
    /// The longest pause. Default: 10 s.
    public var maximum: Duration
    /// The greatest fraction by which a pause is shortened at random, from 0 to 1. Default: 0.2.
    public var jitter: Double
    /// Whether a batch that has failed as a whole in its last attempt is halved, and each half tried once, down to
    /// single records, so that only the records that fail by themselves are given up. Has no effect with
    /// ``Acknowledgement/allOrNothing`` and with an error policy that ends the run. Default: `true`.
    public var isolates: Bool

    /// Creates a policy. Each parameter sets the property of its name. The defaults are ten attempts within about half
    /// a minute, which outlasts the restart of a database.
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

    /// A policy with one attempt.
    public static let none = RetryPolicy(attempts: 1)

    /// Returns the pause after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt, from 1.
    ///   - random: a random number from 0 to 1, for the jitter.
    public func pause(after attempt: Int, random: Double) -> Duration {
        var pause = min(initial, maximum)
        for _ in 1..<max(min(attempt, 64), 1) where pause < maximum {
            pause = pause > maximum / 2 ? maximum : pause * 2
        }
        return pause * (1 - jitter * random)
    }
}
